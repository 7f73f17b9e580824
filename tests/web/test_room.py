"""The worklist's taking, views and search, and two readers at one report."""

import re

import pytest
from django.utils import timezone

from apps.reports.models import KeptDraft, Report
from tests.database import committed
from tests.factories import PASSWORD, inside, make_patient, make_recording, make_user
from tests.web.pages import account_of, mrn_of, report_of
from tests.web.test_worklist import listed

pytestmark = committed


@pytest.fixture
def colleague(mercy):
    return make_user(mercy, "reader")


def revision_of(page):
    return re.search(r'name="revision" value="(\d+)"', page)[1]


def test_a_row_is_taken_and_stands_under_mine(client_of, reader, colleague, recording):
    client, report = client_of(reader), report_of(recording)
    client.post(f"/reports/{report.public_id}/take", {"do": "take"})
    assert listed(client.get("/worklist?mine=1")) == [str(recording.public_id)]
    theirs = client_of(colleague)
    row = theirs.post(
        f"/reports/{report.public_id}/take", {"do": "take"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Ada Reader" in row
    assert "data-take" not in row
    assert listed(theirs.get("/worklist?mine=1")) == []


def test_the_second_reader_reads_only_until_they_take_over(client_of, reader, colleague, recording):
    address, report = f"/recordings/{recording.public_id}", report_of(recording)
    mine, theirs = client_of(reader), client_of(colleague)
    assert 'id="text"' in mine.get(address).content.decode()
    second = theirs.get(address).content.decode()
    assert "is reading this (0 s)" in second
    assert 'id="text"' not in second
    assert "Reading: Dr Ada Reader" in theirs.get("/worklist").content.decode()
    theirs.post(f"/reports/{report.public_id}/take-over")
    assert 'id="text"' in theirs.get(address).content.decode()
    answer = mine.post(f"/reports/{report.public_id}/beat", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["by"]) == (409, str(colleague))


def test_taking_over_keeps_both_texts(client_of, reader, colleague, recording):
    report = report_of(recording)
    draft = f"/reports/{report.public_id}/draft"
    mine, theirs = client_of(reader), client_of(colleague)
    revision = revision_of(mine.get(f"/recordings/{recording.public_id}").content.decode())
    mine.post(draft, {"text": "Saved by the first.", "revision": revision})
    theirs.post(f"/reports/{report.public_id}/take-over")
    late = mine.post(draft, {"text": "Typed too late.", "revision": int(revision) + 1})
    assert late.status_code == 409
    with inside(recording.organization):
        kept = set(KeptDraft.objects.values_list("text", flat=True))
    assert kept == {"Saved by the first.", "Typed too late."}
    page = theirs.get(f"/recordings/{recording.public_id}").content.decode()
    assert "Typed too late." in page


def test_after_signing_the_next_is_one_that_nobody_else_reads(
    client_of, reader, colleague, mercy, recording
):
    taken, free = make_recording(mercy, priority="stat"), make_recording(mercy)
    with inside(mercy):
        Report.objects.filter(recording=taken).update(
            reading_by=colleague, reading_beat_at=timezone.now()
        )
    client, report = client_of(reader), report_of(recording)
    client.post(f"/reports/{report.public_id}/draft", {"text": "Normal ECG.", "revision": "1"})
    page = client.get(f"/reports/{report.public_id}/sign").content.decode()
    wish = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in
            ("revision", "viewed")}  # fmt: skip
    signed = client.post(
        f"/reports/{report.public_id}/sign",
        wish | {"username": account_of(client), "password": PASSWORD, "then": "next"},
    )
    assert signed["Location"] == f"/recordings/{free.public_id}"


@pytest.mark.parametrize("text", ["Lindq", "lindqvist, pat", "MRN"])
def test_a_patient_is_found_by_number_or_name_and_stands_in_no_address(
    client_of, reader, mercy, recording, text
):
    wanted = make_recording(mercy, patient=make_patient(mercy, family_name="Lindqvist"))
    page = client_of(reader).post("/worklist/find", {"text": text.replace("MRN", mrn_of(wanted))})
    assert listed(page) == [str(wanted.public_id)]
    assert "indq" not in "".join(re.findall(r'(?:href|hx-get)="([^"]*)"', page.content.decode()))


def test_drafts_that_were_handed_over_are_a_view_with_their_count(
    client_of, reader, mercy, recording
):
    handed_over = make_recording(mercy)
    with inside(mercy):
        report = Report.objects.filter(recording=handed_over)
        report.update(submitted_at=timezone.now(), submitted_by=reader)
    page = client_of(reader).get("/worklist?status=prelims")
    assert listed(page) == [str(handed_over.public_id)]
    assert "Prelims <b>1</b>" in page.content.decode()
    assert "Status: to sign" in page.content.decode()


@pytest.mark.parametrize(("way", "ends"), [("", 1), ("?way=back", 0)])
def test_a_step_leads_to_the_next_patient_of_the_list_and_ends_at_the_list(
    client_of, reader, mercy, way, ends
):
    patient, client = make_patient(mercy), client_of(reader)
    first, again = (make_recording(mercy, patient=patient) for _ in range(2))
    last = make_recording(mercy)

    def step(recording):
        return client.get(f"/reports/{report_of(recording).public_id}/step{way}").url

    there, here = ([first, again], last) if ends else ([last], again)
    assert {step(one) for one in there} == {f"/recordings/{here.public_id}"}
    assert step(last if ends else first) == "/worklist"


def test_a_shared_view_is_everybodys_and_only_its_owner_takes_it_away(
    client_of, reader, colleague, mercy
):
    mine, theirs = client_of(reader), client_of(colleague)
    mine.post("/worklist/views", {"name": "Old STAT", "priority": "stat", "wait": "4"})
    assert "Old STAT" not in theirs.get("/worklist").content.decode()
    mine.post("/worklist/views", {"name": "Waiting", "wait": "24", "shared": "1"})
    page = theirs.get("/worklist").content.decode()
    assert 'href="/worklist?wait=24" data-key="6"' in page
    own = mine.get("/worklist").content.decode()
    names = re.findall(r'name="remove" value="([^"]+)"', own)
    assert theirs.post("/worklist/views", {"remove": names[1]}).status_code == 404
    mine.post("/worklist/views", {"remove": names[1]})
    assert "Waiting</a>" not in theirs.get("/worklist").content.decode()
