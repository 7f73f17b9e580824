"""What each step of a report's lifecycle is called where results are received (ECG_FACTS 6.3)."""

from __future__ import annotations

import hl7
import pytest

from apps.integrations.actions import HL7
from apps.integrations.message import WRONG_PATIENT
from apps.integrations.result_status import result_status, standing
from apps.reports.models import Report, ReportVersion
from apps.tenants import blobs
from tests.api.keys import program_of
from tests.database import committed
from tests.factories import inside, make_user
from tests.integrations.sent import (
    deliveries_of,
    make_destination,
    queue_messages,
    send_once,
    stored,
)
from tests.reports.signing import (
    add_to,
    amend_recording,
    approve,
    ask_to_retract,
    report_of,
    sign_recording,
)
from tests.simulators.ehr_process import running_ehr

ADDENDUM = "Compared with 2019."
# Status and kind of the newest version → OBR-25, OBX-11, DiagnosticReport.status.
STANDS = {
    ("draft", ""): ("R", "R", "preliminary"),
    ("inadequate", ""): ("X", "X", "cancelled"),
    ("signed", "reading"): ("F", "F", "final"),
    ("locked", "reading"): ("F", "F", "final"),
    ("amending", "reading"): ("F", "F", "final"),
    ("addended", "addendum"): ("C", "C", "appended"),
    ("locked", "addendum"): ("C", "C", "appended"),
    ("entered_in_error", "retraction"): ("C", "W", "entered-in-error"),
}


@pytest.mark.parametrize(("state", "kind"), STANDS)
def test_every_state_has_one_name_at_each_receiver(state, kind):
    newest = ReportVersion(number=1, kind=kind) if kind else None
    found = result_status(standing(Report(status=state), newest))
    assert (found.obr, found.obx, found.fhir) == STANDS[state, kind]


def test_an_amended_version_is_a_correction_whatever_came_between():
    found = result_status(standing(Report(status="locked"), ReportVersion(number=3)))
    assert (found.obr, found.obx, found.fhir) == ("C", "C", "amended")


def messages(organization):
    rows = deliveries_of(organization)
    return [hl7.parse(blobs.get(organization.pk, HL7, row.message_sha256).decode()) for row in rows]


def lines(message):
    """Text and status of every line of text."""
    rows = [row for row in message.segments("OBX") if str(row(2)) == "TX"]
    return [(str(row(5)), str(row(11))) for row in rows]


@pytest.fixture
def lived(mercy, recording, reader):
    """Signed, added to twice, amended and retracted, each step queued."""
    make_destination(mercy)
    second = make_user(mercy, "administrator")
    for step in (
        lambda: sign_recording(recording, reader, "Sinus rhythm."),
        lambda: add_to(recording, reader, ADDENDUM),
        lambda: add_to(recording, reader, "Still unchanged."),
        lambda: amend_recording(recording, reader, "Sinus arrhythmia."),
        lambda: approve(ask_to_retract(recording, reader), second),
    ):
        step()
        queue_messages()
    return recording


@committed
def test_a_whole_life_is_told_in_order_each_time_in_full(mercy, lived):
    told = messages(mercy)
    assert [str(message.segment("OBR")(25)) for message in told] == ["F", "C", "C", "C", "C"]
    first, added, again, amended, wrong = told
    assert lines(first) == [("Sinus rhythm.", "F")]
    assert (lines(added)[0], lines(added)[-1]) == (("Sinus rhythm.", "C"), (ADDENDUM, "F"))
    assert ("Still unchanged.", "F") in lines(again)
    assert (ADDENDUM, "C") in lines(again)
    assert lines(amended)[0] == ("Sinus arrhythmia.", "C")
    assert {status for _, status in lines(wrong)} == {"W"}
    assert str(wrong.segment("NTE")(3)) == WRONG_PATIENT
    assert len({str(message.segment("OBR")(3)) for message in told}) == 1
    assert len({str(message.segment("PID")(3)) for message in told}) == 1


@committed
def test_programs_read_the_status_of_each_version(mercy, lived):
    found = program_of(mercy).get(f"reports/{report_of(lived).public_id}").json()
    assert (found["status"], found["fhir_status"]) == ("entered_in_error", "entered-in-error")
    assert [version["fhir_status"] for version in found["versions"]] == [
        *("final", "appended", "appended", "amended", "entered-in-error"),
    ]
    assert found["versions"][1]["addendum"] == ADDENDUM


@committed
def test_what_the_ehr_acknowledges_locks_and_it_takes_the_retraction(
    mercy, recording, reader, tmp_path
):
    with running_ehr(tmp_path) as ehr:
        make_destination(mercy, ehr.port)
        sign_recording(recording, reader)
        queue_messages()
        send_once()
        assert report_of(recording).status == "locked"
        approve(ask_to_retract(recording, reader), make_user(mercy, "administrator"))
        queue_messages()
        send_once()
    assert [entry["status"] for entry in stored(tmp_path)] == ["F", "C"]
    with inside(mercy):
        assert report_of(recording).status == "entered_in_error"
