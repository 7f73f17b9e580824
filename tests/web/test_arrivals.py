"""Arrivals: what came in, what became of it, and nothing of whose it is."""

import json
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.ingestion.models import Ingress, RecordingArrival
from tests.api.keys import program_of
from tests.database import committed
from tests.factories import inside, make_ingress, make_recording, make_stage_run
from tests.web.pages import events, mrn_of, names

pytestmark = committed


def done(organization, recording, **fields):
    now = timezone.now()
    fields = {
        "outcome": "new",
        "state": "done",
        "scanned_at": now,
        "decoded_at": now,
        "recording": recording,
        "filename": "one.dcm",
    } | fields
    return make_ingress(organization, **fields)


def ready(organization):
    recording = make_recording(organization)
    for stage in ("measure", "infer", "draft"):
        make_stage_run(recording, stage, state="done")
    return recording, done(organization, recording)


def refused(organization):
    return make_ingress(
        organization,
        state="quarantined",
        outcome="quarantined",
        scanned_at=timezone.now(),
        error_code="not-an-ecg",
        refusal_message="Not an ECG: send the ECG object instead.",
        filename="ct.dcm",
    )


def conflict(organization, outcome="identity_conflict"):
    recording = make_recording(organization)
    arrival = done(organization, recording, outcome=outcome, state="duplicate")
    with inside(organization):
        RecordingArrival.objects.create(
            organization=organization,
            recording=recording,
            ingress=arrival,
            outcome=outcome,
            identity={"family_name": "Somebodyelse", "identifier": "99 99 99"},
        )
    return recording, arrival


def test_an_archive_is_in_work_until_its_files_are_and_counts_those_refused(
    client_of, technician, mercy
):
    archive = make_ingress(mercy, state="done", outcome="unpacked", filename="ward.zip")
    make_ingress(mercy, state="quarantined", outcome="quarantined", parent=archive, member=0)
    make_ingress(mercy, state="done", outcome="new", parent=archive, member=1)
    last = make_ingress(mercy, state="received", parent=archive, member=2)
    client = client_of(technician)
    status = client.get(f"/arrivals/{archive.public_id}/status").json()
    assert (status["outcome"], "3 files, 1 still in work" in status["message"]) == ("", True)
    with inside(mercy):
        Ingress.objects.filter(pk=last.pk).update(state="done", outcome="document")
    status = client.get(f"/arrivals/{archive.public_id}/status").json()
    assert status["outcome"] == "unpacked"
    assert status["message"].startswith("An archive of 3 files, 1 refused or given up;")
    assert status["message"] in client.get("/arrivals").content.decode()


def test_the_page_of_a_file_names_the_program_that_sent_it(client_of, technician, mercy):
    name = program_of(mercy).send(b"an ecg").json()["id"]
    page = client_of(technician).get(f"/arrivals/{name}").content.decode()
    assert re.search(r"<dt>Sender</dt><dd>[^<]+\(API client\)</dd>", page)


def test_the_list_shows_stages_outcome_and_the_refusal_in_words(client_of, technician, mercy):
    recording, _ = ready(mercy)
    refused(mercy)
    page = client_of(technician).get("/arrivals").content.decode()
    assert page.index("ct.dcm") < page.index("one.dcm")
    assert "Not an ECG: send the ECG object instead. Reference" in page
    assert f'href="/recordings/{recording.public_id}"' in page
    assert page.count('<li data-state="done">') == 6
    assert page.count('<li data-state="failed">') == 1


def test_no_arrivals_has_words(client_of, technician):
    page = client_of(technician).get("/arrivals").content.decode()
    assert "No files yet. Upload one or connect a source." in page


def test_pages_hold_every_arrival_once_while_new_ones_come(client_of, technician, mercy):
    for number in range(60):
        make_ingress(mercy, filename=f"f{number:02}.dcm")
    client = client_of(technician)
    first = client.get("/arrivals").content.decode()
    make_ingress(mercy, filename="new.dcm")
    address = re.search(r'href="(/arrivals\?after=[^"]+)"', first)[1]
    second = client.get(address).content.decode()
    files = re.findall(r">(\w+\.dcm)<", first + second)
    assert files == [f"f{number:02}.dcm" for number in reversed(range(60))]


def test_more_arrivals_ask_no_more_queries(client_of, technician, mercy):
    ready(mercy)
    client = client_of(technician)
    client.get("/arrivals")
    with CaptureQueriesContext(connection) as one:
        client.get("/arrivals")
    for _ in range(5):
        ready(mercy)
    with CaptureQueriesContext(connection) as six:
        client.get("/arrivals")
    assert len(six) == len(one), names(six)


def test_one_arrival_shows_its_hash_its_stages_and_its_twins(client_of, technician, mercy):
    recording, first = ready(mercy)
    again = done(mercy, recording, outcome="same_bytes", state="duplicate", filename="two.dcm")
    with inside(mercy):
        for ingress in (first, again):
            RecordingArrival.objects.create(
                organization=mercy, recording=recording, ingress=ingress, outcome=ingress.outcome
            )
    page = client_of(technician).get(f"/arrivals/{again.public_id}").content.decode()
    drawer = page[page.index('class="drawer"') :]
    assert again.sha256 in drawer
    assert "Other arrivals" in drawer
    assert f'href="/arrivals/{first.public_id}"' in drawer
    assert f'href="/arrivals/{again.public_id}"' not in drawer


def test_a_conflict_is_marked_and_shows_nobodys_demographics(client_of, technician, mercy):
    recording, arrival = conflict(mercy)
    client = client_of(technician)
    for address in ("/arrivals", f"/arrivals/{arrival.public_id}"):
        page = client.get(address).content.decode()
        assert "To resolve" in page
        for hidden in (
            "Somebodyelse",
            "99 99 99",
            recording.patient.family_name,
            mrn_of(recording),
        ):
            assert hidden not in page


def test_scripts_follow_an_arrival_to_its_outcome(client_of, technician, mercy):
    recording, arrival = ready(mercy)
    client = client_of(technician)
    answer = client.get(f"/arrivals/{arrival.public_id}/status").json()
    assert answer["outcome"] == "ready"
    assert answer["recording_url"] == f"/recordings/{recording.public_id}"
    assert [stage["name"] for stage in answer["stages"]] == [
        "scan", "decode", "measure", "infer", "draft",
    ]  # fmt: skip
    waiting = make_ingress(mercy)
    answer = client.get(f"/arrivals/{waiting.public_id}/status").json()
    assert (answer["outcome"], answer["recording_url"]) == ("", "")


def test_what_scripts_are_told_holds_no_patient_and_no_file_name(client_of, technician, mercy):
    recording, arrival = conflict(mercy)
    told = client_of(technician).get(f"/arrivals/{arrival.public_id}/status")
    text = json.dumps(told.json())
    for hidden in ("Somebodyelse", recording.patient.family_name, mrn_of(recording), "one.dcm"):
        assert hidden not in text


def test_rows_at_work_are_polled_until_none_is(client_of, technician, mercy):
    arrival = make_ingress(mercy)
    refused(mercy)
    client = client_of(technician)
    page = client.get("/arrivals").content.decode()
    poll = re.search(r'hx-get="(/arrivals[^"]+)"', page)[1]
    assert poll == f"/arrivals/strips?a={arrival.public_id}"
    with inside(mercy):
        type(arrival).objects.filter(pk=arrival.pk).update(state="dead", error_code="crashed")
    strips = client.get(poll).content.decode()
    assert f'id="outcome-{arrival.public_id}" hx-swap-oob="true"' in strips
    assert "Failed" in strips
    assert "hx-get" not in strips


def test_another_organizations_arrivals_are_not_there(client_of, stranger, mercy):
    _, arrival = ready(mercy)
    client = client_of(stranger)
    assert client.get(f"/arrivals/{arrival.public_id}").status_code == 404
    assert client.get(f"/arrivals/{arrival.public_id}/status").status_code == 404
    assert "one.dcm" not in client.get("/arrivals").content.decode()
    strips = client.get(f"/arrivals/strips?a={arrival.public_id}").content.decode()
    assert str(arrival.public_id) not in strips


def test_viewing_arrivals_is_recorded(client_of, technician, mercy):
    ready(mercy)
    client_of(technician).get("/arrivals")
    (event,) = events(mercy, "ecg.arrivals.viewed")
    assert event.actor_id == technician.pk
