"""Locked at once, after hours or when acknowledged; unlocked only with a reason."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from apps.reports.actions import NotAmendable, begin_amendment
from apps.reports.locking import (
    NotLocked,
    lock_acknowledged,
    lock_what_is_due,
    set_lock_rules,
    unlock_report,
)
from apps.reports.models import ReadingPolicy, Report
from apps.tenants.access import Active
from tests.database import committed
from tests.factories import inside, make_recording
from tests.ingestion.files import codes_of
from tests.isolation.rows import make_row
from tests.reports.signing import amend_recording, report_of, sign_recording

pytestmark = committed

HOUR = dt.timedelta(hours=1)


def rules(organization, hours, acknowledged=True):
    with inside(organization):
        ReadingPolicy.objects.create(
            organization=organization, lock_hours=hours, locks_when_acknowledged=acknowledged
        )


def lock_at(organization, moment):
    with time_machine.travel(moment, tick=False), inside(organization):
        return lock_what_is_due()


def locked(organization, **fields):
    """In that state, as an import leaves it."""
    recording = make_recording(organization, report=False)
    given = {"status": "locked", "version_count": 1, "unlocked_at": None} | fields
    return make_row(Report, organization, recording=recording, **given)


def test_a_signed_report_locks_after_the_usual_day(mercy, reader, recording):
    sign_recording(recording, reader)
    signed_at = report_of(recording).settled_at
    assert lock_at(mercy, signed_at + 23 * HOUR) == 0
    assert lock_at(mercy, signed_at + 24 * HOUR) == 1
    assert report_of(recording).status == "locked"
    assert codes_of(mercy)[-1] == "reports.report.locked"


def test_no_hours_lock_at_signing(mercy, reader, recording):
    rules(mercy, 0)
    sign_recording(recording, reader)
    assert report_of(recording).status == "locked"
    assert codes_of(mercy)[-2:] == ["reports.report.signed", "reports.report.locked"]


@pytest.mark.parametrize(("acknowledged", "status"), [(True, "locked"), (False, "signed")])
def test_an_acknowledgement_locks_where_the_rules_say_so(
    mercy, reader, recording, acknowledged, status
):
    rules(mercy, 24, acknowledged)
    version = sign_recording(recording, reader)
    with inside(mercy):
        lock_acknowledged(version)
    assert report_of(recording).status == status


def test_an_acknowledgement_of_an_older_version_locks_nothing(mercy, reader, recording):
    first = sign_recording(recording, reader)
    amend_recording(recording, reader, "Amended.")
    with inside(mercy):
        lock_acknowledged(first)
    assert report_of(recording).status == "amended"


def test_an_acknowledgement_locks_nothing_that_was_unlocked_to_be_amended(mercy, reader, recording):
    rules(mercy, 0)
    version = sign_recording(recording, reader)
    with inside(mercy):
        unlock_report(report_of(recording), by=reader, reason="Axis", now=timezone.now())
        lock_acknowledged(version)
    assert report_of(recording).status == "signed"


def test_an_acknowledgement_locks_nothing_that_is_being_amended(mercy, reader, recording):
    version = sign_recording(recording, reader)
    with inside(mercy):
        report = report_of(recording)
        begin_amendment(report, reader=reader, reason="Axis", now=timezone.now())
        lock_acknowledged(version)
    assert report_of(recording).status == "amending"


def test_what_was_signed_before_there_were_locks_is_due(mercy):
    old = locked(mercy, status="signed", settled_at=None)
    assert lock_at(mercy, timezone.now()) == 1
    with inside(mercy):
        assert Report.objects.get(pk=old.pk).status == "locked"


def test_an_amendment_of_a_locked_report_takes_an_unlocking_first(mercy, reader, recording):
    rules(mercy, 0)
    sign_recording(recording, reader)
    report, now = report_of(recording), timezone.now()
    with inside(mercy):
        with pytest.raises(NotAmendable):
            begin_amendment(report, reader=reader, reason="Axis", now=now)
        with pytest.raises(NotLocked):
            unlock_report(report, by=reader, reason="  ", now=now)
        unlocked = unlock_report(report, by=reader, reason="Axis", now=now)
        assert (unlocked.status, unlocked.unlock_reason) == ("signed", "Axis")
        assert begin_amendment(report, reader=reader, reason="Axis", now=now).status == "amending"


def test_what_was_unlocked_locks_again_by_itself(mercy, reader, recording):
    rules(mercy, 0)
    sign_recording(recording, reader)
    now = timezone.now()
    with inside(mercy):
        unlock_report(report_of(recording), by=reader, reason="Axis", now=now)
    assert lock_at(mercy, now + HOUR / 2) == 0
    assert lock_at(mercy, now + HOUR) == 1


@pytest.mark.parametrize("hours", [-1, 721])
def test_hours_out_of_range_are_refused(mercy, admin_user, hours):
    active = Active(mercy.pk, "administrator")
    with inside(mercy), pytest.raises(ValueError, match="out of range"):
        set_lock_rules(active, hours, True, admin_user)
