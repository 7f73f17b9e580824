"""No word of a patient leaves through the other doors: import, admin, searches, failures."""

from __future__ import annotations

import socket

import pytest
from django.conf import global_settings
from django.contrib import admin
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse

from apps.ecg.formats import sandbox
from apps.ecg.models import PatientIdentifier, Recording
from apps.ingestion.models import ExperimentalFormat, Ingress
from apps.integrations import jobs
from apps.integrations.models import Delivery, Destination, FetchHost
from apps.reports.models import Report
from apps.tenants.models import Invitation, Site, User
from tests.admin.people import page, row_of
from tests.database import committed
from tests.factories import inside, make_patient
from tests.flows.canary import (
    COMMENT,
    FILENAME,
    INVITED,
    NOTE,
    ORDER,
    PATIENT,
    WRONG_PASSWORD,
    canary_file,
    leaks,
    tokens_in,
)
from tests.flows.canary_steps import destination, only, upload, write_and_sign
from tests.flows.running import running_platform
from tests.hl7_listeners.peers import System, listener, listening, said
from tests.integrations.mllp_peers import peer
from tests.orders.messages import order_message

pytestmark = [committed, pytest.mark.usefixtures("own_temp")]

QUOTE = f"{PATIENT.family_name} {PATIENT.identifier} {NOTE} {ORDER} {COMMENT}"


@pytest.fixture
def arrived(browser, mercy, drained):
    """The canary's recording, measured, with its draft."""
    upload(browser, canary_file())
    drained()
    return only(Report, mercy)


def fail(*_, **__):
    raise ValueError(QUOTE)


def violate(*_, **__):
    """As PostgreSQL says it: the violated key with its values."""
    raise IntegrityError(f"duplicate key\nDETAIL: Key (value)=({QUOTE}) already exists.")


def test_a_bulk_import_leaves_no_word(mercy, drained, tmp_path, log_text, capsys):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / FILENAME).write_bytes(canary_file())
    (folder / f"cut-{FILENAME}").write_bytes(canary_file()[:-4000])
    (folder / f"empty-{FILENAME}").write_bytes(b"")
    with pytest.raises(SystemExit):
        call_command("ingest", str(folder), organization="mercy")
    drained()
    with inside(mercy):
        assert set(Ingress.objects.values_list("state", flat=True)) == {"done", "quarantined"}
    printed = capsys.readouterr()
    # Whoever runs the command is told which of the own files it was.
    assert "kryptowax" in printed.out.lower()
    assert leaks(log=log_text(), errors=printed.err) == {}


def test_a_decoder_that_dies_leaves_no_word(browser, mercy, drained, monkeypatch, log_text, capfd):
    def die(*_, **__):
        raise sandbox.DecoderUnavailable(QUOTE)

    monkeypatch.setattr("apps.ingestion.jobs.decode_limited", die)
    upload(browser, canary_file())
    drained()
    assert only(Ingress, mercy).error_code == "decoder-unavailable"
    assert leaks(log=log_text(), printed="".join(capfd.readouterr())) == {}


JOBS = {
    "decode": "apps.ingestion.jobs.decode_limited",
    "link": "apps.ingestion.link.create_recording",
    "measure": "apps.ecg.jobs.measure",
    "draft": "apps.reports.jobs.draft",
    "infer": "apps.inference.jobs.infer",
}


@pytest.mark.parametrize("error", [fail, violate], ids=["value", "unique"])
@pytest.mark.parametrize("job", sorted(JOBS))
def test_a_job_that_quotes_what_it_read_leaves_no_word(
    browser, mercy, settings, drained, monkeypatch, log_text, job, error
):
    settings.RETRY_BACKOFF_SECONDS = 60
    monkeypatch.setattr(JOBS[job], error)
    upload(browser, canary_file())
    drained()
    assert '"job.crashed"' in log_text()
    assert leaks(log=log_text()) == {}


VIEWS = {
    "worklist": "apps.web.views.worklist.queries.worklist",
    "arrivals": "apps.web.views.arrivals.queries.arrivals",
    "upload": "apps.web.views.upload.queries.recent_uploads_of",
    "admin:ecg_recording_changelist": "apps.audit.admin_base.matching",
}


@pytest.mark.parametrize("error", [fail, violate], ids=["value", "unique"])
@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_page_that_quotes_what_it_read_shows_and_leaves_no_word(
    arrived, client_of, admin_user, monkeypatch, log_text, name, error
):
    monkeypatch.setattr(VIEWS[name], error)
    client = client_of(admin_user)
    client.raise_request_exception = False
    answer = client.get(reverse(name), {"q": PATIENT.identifier})
    assert answer.status_code == 500
    told = answer.content + str(answer.headers).encode()
    assert leaks(log=log_text(), page=told) == {}


def test_an_upload_that_fails_inside_leaves_no_word(browser, mercy, monkeypatch, log_text):
    monkeypatch.setattr("apps.web.views.upload.accept", violate)
    answer = upload(browser, canary_file())
    assert answer.status_code == 500
    assert leaks(log=log_text(), page=answer.content) == {}


def test_a_violated_key_in_a_page_leaves_no_word(arrived, browser, mercy, monkeypatch, log_text):
    """The database's own words, about the patient's number."""

    def twice(*_):
        other = make_patient(mercy, mrn=PATIENT.identifier)
        PatientIdentifier.objects.create(
            organization=mercy,
            patient=other,
            value=PATIENT.identifier,
            assigning_authority=mercy.slug.upper(),
        )

    monkeypatch.setattr("apps.web.views.study.study_page.study", twice)
    recording = only(Recording, mercy)
    answer = browser.get(reverse("recording", args=[recording.public_id]))
    assert answer.status_code == 500
    assert '"IntegrityError"' in log_text()
    assert leaks(log=log_text(), page=answer.content) == {}


def naks(code):
    """A receiver that refuses and quotes everything it was sent."""

    def behave(connection):
        control_id = connection.recv(65536).split(b"|")[9].decode()
        lines = [
            "MSH|^~\\&|EHR|X|Y|Z|20260101||ACK|1|P|2.5.1",
            f"MSA|{code}|{control_id}|{QUOTE}",
            f"ERR||PID^1^5|101|E|||{QUOTE}|{QUOTE}",
        ]
        connection.sendall(b"\x0b" + "\r".join(lines).encode() + b"\r\x1c\r")

    return behave


@pytest.mark.parametrize("code", ["AE", "AR"])
def test_a_refusal_that_quotes_the_message_stays_with_the_delivery(
    arrived, browser, mercy, settings, drained, monkeypatch, log_text, code
):
    settings.RETRY_BACKOFF_SECONDS = 60
    monkeypatch.setattr(jobs, "TIMEOUT_S", 5.0)
    with peer(naks(code)) as port:
        destination(mercy, port)
        assert write_and_sign(browser, arrived).status_code == 302
        drained()
    delivery = only(Delivery, mercy)
    assert delivery.ack_code == code
    assert "zyxquill" in tokens_in(delivery.ack_text)
    assert leaks(log=log_text()) == {}


def orders_of_the_canary():
    """One that is taken, and some that are refused for words in every place."""
    patient = {
        "PID_3": f"{PATIENT.identifier}^^^TRUST^MR",
        "PID_5": f"{PATIENT.family_name}^{PATIENT.given_name}",
        "PID_7": f"{PATIENT.born_on:%Y%m%d}",
        "ORC_2": f"{ORDER}^CIS",
        "OBR_18": ORDER,
    }
    wrong = [
        {"PID_8": NOTE},
        {"TQ1_7": COMMENT},
        {"MSH_9": ORDER},
        {"MSH_18": NOTE},
        {"ORC_5": NOTE},
    ]
    yield order_message(**patient)
    yield order_message("XO", **patient, MSH_10="M2")
    for number, changes in enumerate(wrong):
        yield order_message("SC", **(patient | changes), MSH_10=f"W{number}")
    yield QUOTE.encode()


@pytest.mark.parametrize("error", [None, fail, violate], ids=["kept", "value", "unique"])
def test_orders_by_mllp_leave_no_word(mercy, monkeypatch, log_text, capfd, error):
    row = listener(mercy)
    if error is not None:
        monkeypatch.setattr("apps.integrations.mllp.door.take_message", error)
    with listening(), System(row.port) as system:
        system.say(QUOTE.encode())
        answers = [system.ask(message) for message in orders_of_the_canary()]
        system.say(b"\x0b" + QUOTE.encode())
    codes = [said(one)[0] for one in answers]
    assert codes[:2] == (["AA", "AA"] if error is None else ["AE", "AE"])
    assert "AA" not in codes[2:]
    assert leaks(log=log_text(), printed="".join(capfd.readouterr()), told=b"".join(answers)) == {}


def test_the_admins_pages_and_saves_leave_no_word(arrived, mercy, admin_user, client_of, log_text):
    client = client_of(admin_user)
    client.raise_request_exception = False
    for model in sorted(admin.site._registry, key=lambda one: one._meta.label):
        row = row_of(model, mercy) if model is not Report else arrived
        client.get(page(model), {"q": PATIENT.identifier, "o": COMMENT})
        client.get(page(model), {"patient__family_name": PATIENT.family_name})
        for kind in ("change", "history"):
            assert client.get(page(model, kind, row)).status_code < 500
        client.post(page(model, "change", row), {"name": NOTE, "reason": QUOTE, "host": ORDER})
    with inside(mercy):
        # What was typed belongs in that field alone.
        assert ExperimentalFormat.objects.filter(reason=QUOTE).update(reason="") == 1
        assert FetchHost.objects.filter(host__iexact=ORDER).update(host="cleared.example") == 1
    assert leaks(log=log_text()) == {}


def test_what_is_saved_in_the_admin_is_recorded_by_its_fields_names(
    mercy, admin_user, client_of, log_text
):
    """A name may be anything; neither the trail nor Django's own list of changes repeats it."""
    client = client_of(admin_user)
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Ward")
        there = Destination.objects.create(organization=mercy, name="EHR", host="h", port=1)
    given = {"name": PATIENT.family_name, "time_zone": "Europe/London"}
    assert client.post(page(Site, "change", site), given).status_code == 302
    with inside(mercy):
        assert Site.objects.get(pk=site.pk).name == PATIENT.family_name
        # What was typed belongs in that field alone.
        Site.objects.filter(pk=site.pk).update(name="Ward")
    client.post(page(Destination, "change", there), {"name": "EHR", "host": "x y", "port": "no"})
    assert leaks(log=log_text()) == {}


def test_inviting_a_person_leaves_the_address_with_the_person(
    mercy, admin_user, client_of, log_text
):
    client = client_of(admin_user)
    person = {"email": INVITED, "full_name": "Ida Invited", "role": "reader"}
    assert client.post(page(Invitation, "add"), person).status_code == 302
    assert mail.outbox[-1].to == [INVITED]
    client.get(page(Invitation), {"q": INVITED})
    client.get(page(User), {"q": INVITED})
    client.post(reverse("sign-in"), {"username": INVITED, "password": WRONG_PASSWORD})
    assert leaks(log=log_text()) == {}


def test_a_file_sent_to_a_page_that_takes_none_is_never_written_down(
    browser, settings, monkeypatch
):
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", fail)

    def send():
        large = SimpleUploadedFile(FILENAME, canary_file() * 20)
        return browser.post(reverse("organizations"), {"file": large}).status_code

    assert send() == 413
    settings.MAX_BODY_BYTES = 2**30
    assert send() == 302
    settings.FILE_UPLOAD_HANDLERS = global_settings.FILE_UPLOAD_HANDLERS
    assert send() == 500


def searched(browser):
    """Requests with the words in every place of an address."""
    words = {"q": PATIENT.family_name, "after": PATIENT.identifier, "site": ORDER, "seen": NOTE}
    for name in ("worklist", "worklist-counts", "arrivals", "arrivals-strips", "upload"):
        yield browser.get(reverse(name), words)
        yield browser.get(reverse(name) + f"/{PATIENT.identifier}/{FILENAME}")
    yield browser.get(f"/recordings/{PATIENT.identifier}")
    yield browser.get(f"/static/{FILENAME}")
    yield browser.get(f"/admin/ecg/recording/{PATIENT.identifier}/change/")
    yield browser.get(f"/admin/{PATIENT.family_name}/", words)
    yield browser.get("/", headers={"host": f"{PATIENT.family_name}.example"})
    yield browser.get("/nothing", headers={"x-forwarded-for": ORDER, "user-agent": COMMENT})
    yield browser.get("/files", {"link": QUOTE})
    yield browser.generic("ZYXQUILL", reverse("worklist"))
    yield browser.post(reverse("sign-out") + f"?{PATIENT.identifier}", words)


def test_words_in_addresses_are_not_kept(arrived, browser, log_text):
    statuses = [answer.status_code for answer in searched(browser)]
    assert max(statuses) < 500
    assert {404, 400, 405} <= set(statuses)
    assert leaks(log=log_text()) == {}


def test_the_signing_page_keeps_no_wrong_password(arrived, browser, log_text):
    answer = write_and_sign(browser, arrived, password=WRONG_PASSWORD)
    assert answer.status_code == 400
    assert "grumbletonk" not in tokens_in(answer.content)
    assert leaks(log=log_text()) == {}


BAD_REQUESTS = [
    f"GET /{PATIENT.identifier} HTTP/9.9\r\n\r\n",
    f"{PATIENT.family_name} / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"{PATIENT.family_name} says\r\n\r\n",
    f"GET /worklist?q={'ORD-88213-WX' * 400} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header {PATIENT.identifier}: x\r\n\r\n",
    f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {PATIENT.identifier}\r\n\r\n",
    f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {PATIENT.identifier}\r\n\r\n",
    f"GET /patients/{PATIENT.identifier}?q={PATIENT.family_name} HTTP/1.0\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: {PATIENT.family_name}.example\r\nConnection: close\r\n\r\n",
]


@pytest.mark.slow
def test_the_web_servers_own_lines_hold_no_word(mercy, tmp_path):
    with running_platform(tmp_path / "platform") as platform:
        port = int(platform.url.rpartition(":")[2])
        for request in BAD_REQUESTS:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(request.encode())
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(64).startswith(b"HTTP/1.")
        printed = platform.logged()
    assert '"status": 404' in printed
    # The server did complain, in the product's form.
    assert '"logger": "gunicorn.error"' in printed
    assert leaks(log=printed) == {}
