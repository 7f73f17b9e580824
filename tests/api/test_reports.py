"""Reports by the API: what was signed, and nothing that was not."""

from __future__ import annotations

import hashlib

import pytest

from apps.core.blobs.store import Corrupt
from apps.integrations.api import reports
from tests.admin.people import events
from tests.api.keys import Program, make_client, program_of
from tests.database import committed
from tests.factories import make_recording
from tests.isolation.world import report_of, things_of
from tests.reports.signing import amend_recording, sign_recording

pytestmark = committed


def test_a_draft_shows_its_status_and_none_of_its_text(mercy):
    report = report_of(make_recording(mercy), draft_text="Perhaps an infarct")
    answer = program_of(mercy).get(f"reports/{report.public_id}")
    assert (answer.json()["status"], answer.json()["versions"]) == ("draft", [])
    assert b"infarct" not in answer.content


def test_signed_versions_say_what_was_signed_by_whom(mercy, reader):
    recording = make_recording(mercy)
    first = sign_recording(recording, reader, "Sinus rhythm.")
    second = amend_recording(recording, reader, "Sinus bradycardia.", "Rate misread")
    found = program_of(mercy).get(f"reports/{report_of(recording).public_id}").json()
    assert found["status"] == "amended"
    assert found["recording"] == str(recording.public_id)
    assert [v["id"] for v in found["versions"]] == [str(v.public_id) for v in (first, second)]
    assert [v["interpretation"] for v in found["versions"]] == [
        "Sinus rhythm.",
        "Sinus bradycardia.",
    ]
    assert found["versions"][1]["amendment_reason"] == "Rate misread"
    (signature,) = found["versions"][0]["signatures"]
    assert signature["printed_name"] == reader.full_name
    assert signature["content_sha256"] == first.content_sha256


def test_the_pdf_is_the_signed_one_to_the_byte(mercy, reader):
    recording = make_recording(mercy)
    version = sign_recording(recording, reader)
    program = program_of(mercy)
    told = program.get(f"reports/{report_of(recording).public_id}").json()["versions"][0]
    answer = program.client.get(told["pdf"])
    assert hashlib.sha256(answer.content).hexdigest() == version.pdf_sha256 == told["pdf_sha256"]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_version_is_found_under_its_own_report_only(mercy):
    things = things_of(mercy)
    path = "reports/{}/versions/{}/report.pdf"
    program = program_of(mercy)
    assert program.get(path.format(things["signed"], things["version"])).status_code == 200
    assert program.get(path.format(things["report"], things["version"])).status_code == 404


@pytest.mark.parametrize("error", [Corrupt, FileNotFoundError])
def test_a_pdf_that_does_not_pass_its_check_is_not_given_out(error, mercy, monkeypatch):
    def failing(_):
        raise error

    monkeypatch.setattr(reports, "signed_pdf", failing)
    things = things_of(mercy)
    path = f"reports/{things['signed']}/versions/{things['version']}/report.pdf"
    answer = program_of(mercy).get(path)
    assert (answer.status_code, answer.json()["code"]) == (500, "not-genuine")
    assert not events(mercy, "reports.report.downloaded")


def test_each_reading_is_on_the_record_of_the_client(mercy):
    client, key = make_client(mercy, "reports:read")
    things = things_of(mercy)
    path = f"reports/{things['signed']}"
    for address in (path, f"{path}/versions/{things['version']}/report.pdf"):
        assert Program(key).get(address).status_code == 200
    found = events(mercy, "reports.report.viewed", "reports.report.downloaded")
    assert [event.client_id for event in found] == [client.pk, client.pk]
    assert {event.object_id for event in found} == {str(things["signed"])}
