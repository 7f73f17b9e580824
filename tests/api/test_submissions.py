"""Submissions by plain JSON: taken in once, fetched by the queue, followed to their outcome."""

from __future__ import annotations

import hashlib

import pytest
from django.db import transaction

from apps.core import egress
from apps.core.egress import Answer, Unreachable
from apps.core.scope import organization_scope
from apps.ingestion.actions import MayNotSubmit, OrganizationClosed
from apps.ingestion.models import Ingress
from apps.integrations.models import FetchHost, Submission
from apps.integrations.submissions import fetch
from apps.integrations.submissions.asked import Asked
from apps.integrations.submissions.submit import Sender, submit
from apps.tenants.models import Organization, Site
from tests.admin.people import events
from tests.api.keys import make_client
from tests.api.submitting import Ehr, coded, plain
from tests.core.http_peers import peer, says
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed

URL = "https://files.example/ecg/7?token=secret"


@pytest.fixture
def ehr(mercy):
    return Ehr(mercy)


def only(organization):
    with inside(organization):
        return Submission.objects.select_related("ingress").get()


def nothing_came(organization):
    with inside(organization):
        return not (Ingress.objects.exists() or Submission.objects.exists())


def allow(organization, host="files.example", **fields):
    with inside(organization):
        FetchHost.objects.create(organization=organization, host=host, **fields)


@pytest.fixture
def host(mercy, monkeypatch):
    """A host that is allowed, and what it answers."""
    allow(mercy)
    answers, asked = [], []

    def request(method, url, **given):
        asked.append((method, url, list(given["allow"])))
        answer = answers.pop(0) if answers else Answer(200, {}, ecg_file())
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(fetch.egress, "request", request)
    return type("Host", (), {"answers": answers, "asked": asked})


def followed(ehr, answer):
    return ehr.client.get(answer.headers["Location"]).json()


def test_data_is_kept_before_the_answer(ehr, mercy):
    answer = ehr.submit(plain(ecg_file()))
    row = only(mercy)
    assert (answer.status_code, answer.json()["status"]) == (202, "requested")
    assert answer.headers["Location"] == f"/api/v1/submissions/{row.public_id}"
    assert (row.ingress.source, row.purpose) == ("ehr", "TREAT")
    (event,) = events(mercy, "integrations.submission.taken")
    assert event.client_id == ehr.client_row.pk


def test_it_is_followed_to_its_recording(ehr, drained):
    answer = ehr.submit(plain(ecg_file()))
    drained()
    found = followed(ehr, answer)
    assert (found["status"], found["code"]) == ("completed", "new")
    assert ehr.client.get(found["recording"]).status_code == 200
    assert ehr.client.get(found["file"]).json()["outcome"] == "new"


def test_an_address_is_fetched_by_the_queue_and_forgotten(ehr, mercy, host, drained):
    answer = ehr.submit(plain(None, url=URL))
    assert (answer.status_code, host.asked) == (202, [])
    assert only(mercy).ingress is None
    assert bytes(only(mercy).url_sealed).find(b"secret") < 0
    drained()
    assert host.asked == [("GET", URL, ["files.example"])]
    assert followed(ehr, answer)["status"] == "completed"
    assert only(mercy).url_sealed is None


def test_it_is_fetched_from_a_real_host(ehr, mercy, drained, settings):
    file = ecg_file()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(file)}\r\n\r\n".encode()
    with peer(says(head + file)) as port:
        settings.EGRESS_INTERNAL_HOSTS = [f"127.0.0.1:{port}"]
        allow(mercy, f"127.0.0.1:{port}")
        answer = ehr.submit(plain(None, url=f"http://127.0.0.1:{port}/7", sha256=digest(file)))
        drained()
    assert followed(ehr, answer)["code"] == "new"


def test_sent_again_under_its_name_it_is_the_same_submission(ehr, mercy):
    answers = [ehr.submit(plain(ecg_file()), Idempotency_Key="order 7") for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = ehr.submit(plain(b"another"), Idempotency_Key="order 7")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert only(mercy).ingress is not None


def test_a_name_of_a_submission_that_is_fetched_takes_no_data(ehr, mercy, host, drained):
    first = ehr.submit(plain(None, url=URL), Idempotency_Key="order 7")
    other = ehr.submit(plain(b"another"), Idempotency_Key="order 7")
    assert other.json()["code"] == "idempotency-key-reused"
    drained()
    assert followed(ehr, first)["status"] == "completed"
    with inside(mercy):
        assert Ingress.objects.count() == 1


def test_the_same_file_for_another_patient_under_its_name_is_refused(ehr):
    ehr.submit(plain(ecg_file()), Idempotency_Key="order 7")
    body = plain(ecg_file(), patient={"identifier": "MRN-1"})
    assert ehr.submit(body, Idempotency_Key="order 7").json()["code"] == "idempotency-key-reused"


ADDRESSES = {
    "https://elsewhere.example/a": (403, "host-not-allowed"),
    "https://files.example:8443/a": (403, "host-not-allowed"),
    "https://stopped.example/a": (403, "host-not-allowed"),
    "http://files.example/a": (400, "plain-http"),
    "https://user@files.example/a": (400, "invalid-request"),
    "ftp://files.example:21/a": (400, "invalid-request"),
    "https:///a": (400, "invalid-request"),
}


def test_a_host_that_is_not_on_the_list_is_named(ehr, mercy):
    allow(mercy)
    allow(mercy, "stopped.example", is_active=False)
    for url, (status, code) in ADDRESSES.items():
        answer = ehr.submit(plain(None, url=url))
        assert (answer.status_code, answer.json()["code"]) == (status, code), url
        assert answer.json()["field"] == "url"
        if code == "host-not-allowed":
            assert url.split("/")[2].partition(":")[0] in answer.json()["detail"]
    assert nothing_came(mercy)


def test_another_organizations_list_opens_nothing(ehr, mercy, lakeside):
    allow(lakeside)
    assert ehr.submit(plain(None, url=URL)).json()["code"] == "host-not-allowed"


def test_a_host_taken_off_the_list_meanwhile_is_not_asked(ehr, mercy, drained):
    allow(mercy)
    answer = ehr.submit(plain(None, url=URL))
    with inside(mercy):
        FetchHost.objects.update(is_active=False)
    drained()
    found = followed(ehr, answer)
    assert (found["status"], found["code"]) == ("rejected", "egress-host")


ANSWERS = [
    (Answer(404, {}, b""), "rejected", "fetch-status-404"),
    (Answer(302, {"location": "https://10.0.0.1/"}, b""), "rejected", "fetch-status-302"),
    (Answer(200, {}, b""), "rejected", "file-empty"),
    (egress.Refused("egress-private-address"), "rejected", "egress-private-address"),
    (Unreachable(egress.TOO_LONG), "rejected", "too-large"),
    (ZeroDivisionError("Smith"), "in-progress", ""),
    (Answer(503, {}, b""), "in-progress", ""),
    (Unreachable("egress-timeout"), "in-progress", ""),
]


def test_what_a_host_answers_is_an_outcome(ehr, host, drained, settings):
    settings.RETRY_BACKOFF_SECONDS = 3600
    for given, status, code in ANSWERS:
        host.answers.append(given)
        answer = ehr.submit(plain(None, url=URL))
        drained()
        found = followed(ehr, answer)
        assert (found["status"], found["code"]) == (status, code), given


def test_a_host_that_stays_away_is_given_up_and_failed(ehr, host, drained, settings):
    settings.RETRY_BACKOFF_SECONDS = 0
    host.answers.extend([Unreachable("egress-timeout")] * settings.MAX_ATTEMPTS)
    answer = ehr.submit(plain(None, url=URL))
    drained()
    found = followed(ehr, answer)
    assert (found["status"], found["code"]) == ("failed", "egress-timeout")


def test_a_crash_after_the_file_was_kept_fetches_nothing_again(ehr, mercy, host, drained, settings):
    settings.RETRY_BACKOFF_SECONDS = 0
    ehr.submit(plain(None, url=URL))
    with organization_scope(mercy.pk):
        with transaction.atomic():
            row = Submission.objects.select_related("client", "site").get()
        fetch._bring_in(row, ["files.example"])
    drained()
    assert len(host.asked) == 1
    with inside(mercy):
        assert Ingress.objects.count() == 1


def digest(data):
    return hashlib.sha256(data).hexdigest()


def test_what_is_fetched_is_what_was_stated(ehr, host, drained):
    right = ehr.submit(plain(None, url=URL, sha256=digest(ecg_file()), size=len(ecg_file())))
    wrong = ehr.submit(plain(None, url=URL, sha256=digest(b"")))
    short = ehr.submit(plain(None, url=URL, size=1))
    drained()
    assert followed(ehr, right)["status"] == "completed"
    assert followed(ehr, wrong)["code"] == "digest-differs"
    assert followed(ehr, short)["code"] == "size-differs"


def test_site_and_priority_come_along(ehr, mercy):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Ward 7")
    ehr.submit(query=f"?site={site.public_id}&priority=stat")
    assert (only(mercy).ingress.site_id, only(mercy).ingress.priority) == (site.pk, "stat")


WRONG = {
    "[]": ([], ""),
    "nothing": ({}, "data"),
    "both": (plain(url=URL), "data"),
    "unknown field": (plain(mrn="1"), ""),
    "unknown field of the patient": (plain(patient={"mrn": "1"}), "patient"),
    "no base64": ({"data": "Smith!"}, "data"),
    "no text": ({"data": 7}, "data"),
    "no digest": (plain(sha256="Smith"), "sha256"),
    "another digest": (plain(sha256=digest(b"")), "sha256"),
    "another size": (plain(size=1), "size"),
    "no size": (plain(size=True), "size"),
    "no length of any file": (plain(data=None, url="https://files.example/1", size=10**25), "size"),
    "no date": (plain(patient={"born_on": "Smith"}), "patient.born_on"),
    "no sex": (plain(patient={"sex": "Smith"}), "patient.sex"),
    "no name": (plain(patient={"family_name": 7}), "patient.family_name"),
}


def test_a_body_that_is_wrong_is_named_by_its_field(ehr, mercy):
    for why, (sent, field) in WRONG.items():
        answer = ehr.submit(sent)
        assert (answer.status_code, answer.json().get("field", "")) == (400, field), why
        assert b"Smith" not in answer.content
    assert nothing_came(mercy)


@pytest.mark.parametrize(("field", "value"), [("is_live", False), ("type", "research")])
def test_who_may_not_send_is_told_so(field, value, mercy, lakeside):
    ehr = Ehr(mercy)
    with inside(mercy):
        Organization.objects.update(**{field: value})
    assert ehr.submit().status_code in (401, 403)
    assert nothing_came(mercy)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [("is_live", False, OrganizationClosed), ("type", "research", MayNotSubmit)],
)
def test_no_address_is_kept_of_who_may_not_send(field, value, refusal, mercy, host):
    client, _ = make_client(mercy)
    with inside(mercy):
        Organization.objects.update(**{field: value})
    with organization_scope(mercy.pk), pytest.raises(refusal):
        submit(Sender(client, "TREAT", "a-name"), Asked(url=URL), url_field="url")
    assert nothing_came(mercy)


def test_an_ecg_larger_than_json_may_be_is_refused(ehr, settings):
    settings.MAX_JSON_BYTES = 1000
    assert ehr.submit({"data": coded(bytes(1000))}).status_code == 413
