"""A report at any time, told by its events alone, is the report that was stored."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.audit import actions as audit
from apps.audit.models import AuditEvent
from apps.core.scope import organization_scope
from apps.reports.actions import NotAmendable, NotEditable, NotSignable, begin_amendment
from apps.reports.addenda import NotAddable
from apps.reports.locking import NotLocked, lock_acknowledged, unlock_report
from apps.reports.models import Report, ReportVersion
from apps.reports.rebuild import rebuild, stored_at, told_by, verify_reports
from apps.reports.state import differences, state_of, stored_state
from tests.database import committed, raw_connection
from tests.factories import inside, make_recording, make_user
from tests.reports.signing import (
    add_to,
    amend_recording,
    approve,
    ask_to_retract,
    report_of,
    sign,
    sign_recording,
    write,
)

pytestmark = committed

SECRET = "Somebody's name in a text"
TABLES = ("reports_report", "reports_reportversion", "reports_signature")


@pytest.fixture
def drafted(mercy, recording):
    """Its beginning is on record, as the draft stage writes it."""
    return begin(recording)


def begin(recording):
    report = report_of(recording)
    with inside(recording.organization):
        name = str(recording.public_id)
        audit.record("reports.report.drafted", report, recording=name, **state_of(report))
    return report


@contextlib.contextmanager
def inside_of(report):
    with organization_scope(report.organization_id), transaction.atomic():
        yield


def stored_now(report):
    with inside_of(report):
        row = Report.objects.get(pk=report.pk)
        versions = ReportVersion.objects.filter(report=row).order_by("number")
        return stored_state(row, versions.prefetch_related("signatures"))


def told(report, at):
    with inside_of(report):
        return rebuild(report, at), stored_at(report, at)


def fault_of(organization):
    return verify_reports(organization.pk)


def step(report, reader, second, action, text):
    """What a reader might try; what the state refuses changes nothing."""
    refused = (NotEditable, NotSignable, NotAmendable, NotLocked, NotAddable)
    with inside_of(report), contextlib.suppress(*refused):
        if action == "write":
            write(Report.objects.get(pk=report.pk), reader, text)
        elif action == "sign":
            sign(report, reader)
        elif action == "add":
            add_to(report.recording, reader, text)
        elif action == "lock":
            for version in ReportVersion.objects.filter(report=report):
                lock_acknowledged(version)
        elif action == "unlock":
            unlock_report(report, by=reader, reason=text, now=timezone.now())
        elif action == "retract":
            approve(ask_to_retract(report.recording, reader, text or "-"), second)
        else:
            begin_amendment(report, reader=reader, reason=text, now=timezone.now())


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["write", "sign", "sign", "amend", "add", "add", "lock", "unlock", "retract"]
        ),
        st.sampled_from(["", "Sinus rhythm.", "AF.", "Normal", " é\n"]),
    ),
    max_size=8,
)


WHOLE_LIFE = [
    *(("sign", ""), ("add", "AF."), ("lock", ""), ("add", "Normal"), ("unlock", "Axis")),
    *(("amend", "Axis"), ("write", "AF."), ("sign", ""), ("retract", "Labels swapped")),
]


@pytest.fixture
def second(mercy):
    return make_user(mercy, "administrator")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=WHOLE_LIFE)
def test_every_moment_of_any_lifecycle_is_rebuilt(mercy, reader, second, steps):
    report = begin(make_recording(mercy))
    moments = [(timezone.now(), stored_now(report))]
    for action, text in steps:
        step(report, reader, second, action, text)
        moments.append((timezone.now(), stored_now(report)))
    for at, was in moments:
        assert told(report, at) == (was, was.versions)
    assert fault_of(mercy).failure == ""


def test_before_its_beginning_there_is_no_report(mercy, drafted):
    assert told(drafted, drafted.waiting_since - dt.timedelta(days=1)) == (None, ())


def test_no_event_holds_a_text_or_its_plain_hash(mercy, reader, recording, drafted):
    sign_recording(recording, reader, SECRET)
    amend_recording(recording, reader, f"{SECRET} again", reason=SECRET)
    with inside(mercy):
        details = " ".join(AuditEvent.objects.values_list("details", flat=True))
    assert SECRET not in details
    assert hashlib.sha256(SECRET.encode()).hexdigest() not in details


def test_a_version_is_told_with_its_signer_time_and_hashes(mercy, reader, recording, drafted):
    version = sign_recording(recording, reader)
    (state,) = told(drafted, timezone.now())[0].versions
    assert (state.number, state.signer_id) == (1, reader.pk)
    assert (state.version_id, state.pdf_sha256) == (str(version.public_id), version.pdf_sha256)
    assert state.content_sha256 == version.content_sha256


CHANGES = {
    "UPDATE reports_report SET draft_text = 'other'": "text_mac is not what was recorded",
    "UPDATE reports_report SET status = 'draft'": "status is not what was recorded",
    "UPDATE reports_report SET draft_revision = 99": "revision is not what was recorded",
    "UPDATE reports_report SET version_count = 9": "version_count is not what was recorded",
    "UPDATE reports_reportversion SET interpretation = 'x'": "version 1: text_mac is not what was",
    'UPDATE reports_reportversion SET content = \'{"signed":{"printed_name":"x"}}\'': "version 1",
    "UPDATE reports_reportversion SET content_sha256 = 'x'": "version 1: the signature is of",
    "UPDATE reports_reportversion SET pdf_sha256 = 'x'": "version 1: pdf_sha256 is not what was",
    "UPDATE reports_reportversion SET form_sha256 = 'x'": "version 1: form_sha256 is not what was",
    "UPDATE reports_reportversion SET amendment_reason = 'x'": "version 1: reason_mac is not what",
    "UPDATE reports_reportversion SET number = 3 WHERE number = 2": "version 3: number is not",
    "UPDATE reports_signature SET printed_name = 'Dr X'": "version 1: printed_name is not what",
    "UPDATE reports_signature SET signed_at = now()": "version 1: signed_at is not what was",
    "UPDATE reports_signature SET content_sha256 = 'x'": "version 1: the signature is of",
    "DELETE FROM reports_signature": "version 1: the signature is missing",
}


def as_owner(*statements):
    with raw_connection("owner") as raw, raw.transaction():
        for table in TABLES:
            raw.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            raw.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            raw.execute(statement)
        for table in TABLES:
            raw.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            raw.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@pytest.mark.parametrize("change", CHANGES)
def test_a_stored_report_that_was_changed_is_named(mercy, reader, recording, drafted, change):
    sign_recording(recording, reader)
    amend_recording(recording, reader, "Amended.")
    assert fault_of(mercy).failure == ""
    as_owner(change)
    proof = fault_of(mercy)
    assert proof.failure.startswith(f"report {drafted.public_id} {CHANGES[change]}")
    assert proof.seq > 0


def test_a_version_and_a_report_that_were_taken_away_are_named(mercy, reader, recording, drafted):
    sign_recording(recording, reader)
    stages = "DELETE FROM reports_signature", "DELETE FROM reports_reportversion"
    as_owner(*stages)
    assert fault_of(mercy).failure.endswith("has 0 versions, 1 were signed")
    as_owner("DELETE FROM reports_report")
    assert fault_of(mercy).failure == f"report {drafted.public_id} is missing"


def test_a_report_that_no_event_began_is_named(mercy, recording):
    assert fault_of(mercy).failure == f"report {report_of(recording).public_id} has no event"


def test_events_of_the_earlier_form_prove_what_they_say(mercy, reader, recording, drafted):
    """They named number and hash of a version and nothing of the text."""
    version = sign_recording(recording, reader)
    with inside(mercy):
        name = {"version": 1, "sha256": version.content_sha256}
        audit.record("reports.report.drafted", drafted)
        audit.record("reports.report.edited", drafted, actor=reader, revision=2)
        audit.record("reports.report.signed", drafted, actor=reader, **name)
    with inside(mercy):
        rows = list(AuditEvent.objects.filter(object_type="reports.report").order_by("seq"))[-3:]
    early = told_by(rows)
    assert list(differences(early, stored_now(drafted))) == []
    assert early.versions[0].content_sha256 == version.content_sha256
