"""Inadequate recordings go back to the technician; nothing signed does."""

import pytest
from django.utils import timezone

from apps.reports.actions import NotAmendable, begin_amendment
from apps.reports.models import Report
from apps.reports.rebuild import rebuild
from apps.reports.returns import NotReturnable, reopen_report, return_report, to_repeat
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import inside
from tests.reports.signing import report_of, sign_recording


def told(recording, report):
    with inside(recording.organization):
        return rebuild(report, timezone.now()).status


@committed
def test_a_returned_recording_is_before_the_technician_until_it_is_read_after_all(
    recording, reader
):
    report = report_of(recording)
    active = Active(recording.organization_id, "technician")
    with inside(recording.organization):
        return_report(report, reader=reader, reason="Arm leads reversed")
        (found,) = to_repeat(active, timezone.now())
        assert found.return_reason == "Arm leads reversed"
    assert told(recording, report) == "inadequate"
    with inside(recording.organization):
        reopen_report(report, person=reader)
        assert to_repeat(active, timezone.now()) == []
    assert told(recording, report) == "draft"


def test_nothing_is_returned_without_a_reason_twice_or_signed(recording, reader):
    report = report_of(recording)
    with inside(recording.organization):
        with pytest.raises(NotReturnable):
            return_report(report, reader=reader, reason="  ")
        with pytest.raises(NotReturnable):
            reopen_report(report, person=reader)
    sign_recording(recording, reader)
    with inside(recording.organization):
        with pytest.raises(NotReturnable):
            return_report(report, reader=reader, reason="Too late")
        assert Report.objects.get(pk=report.pk).status == "signed"


def test_a_returned_recording_that_was_never_signed_is_not_amended(recording, reader):
    report = report_of(recording)
    with inside(recording.organization):
        return_report(report, reader=reader, reason="Noise")
        with pytest.raises(NotAmendable):
            begin_amendment(report, reader=reader, reason="Why not", now=timezone.now())
