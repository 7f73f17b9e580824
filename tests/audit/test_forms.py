"""Events of every form verify as they were written, and each says who, when, why and by what."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import structlog
from django.db import connection

from apps.audit import actions
from apps.audit.actions import record
from apps.audit.chain import FORM, Event, canonical, chained, line_of
from apps.audit.models import AuditEvent
from apps.audit.verify import verify_chain
from config.version import software_version
from tests.audit.conftest import record_events
from tests.database import committed
from tests.factories import inside
from tests.tamper.chains import BEGAN

ROOT = Path(__file__).resolve().parents[2]

MAC_OF_THE_EARLIER_FORM = "22ce1b8a08d6def9a8836aa61e707329f513375d06b776cc8b6f8c9d7dbccd21"
EARLIER = Event(
    organization_id=7,
    code="ecg.recording.viewed",
    actor_id=3,
    object_type="ecg.recording",
    object_id="00000000-0000-4000-8000-000000000001",
    trace_id=uuid.UUID(int=5),
    details='{"count": 1}',
    occurred_at=BEGAN,
    form=1,
)


def test_the_earlier_form_is_what_it_was_to_the_byte(settings):
    """Written down here, so that no later change of code makes old chains unverifiable."""
    assert canonical(EARLIER, 9) == (
        b'{"actor_id":3,"code":"ecg.recording.viewed","details":"{\\"count\\": 1}",'
        b'"object_id":"00000000-0000-4000-8000-000000000001","object_type":"ecg.recording",'
        b'"occurred_at":"2026-03-02T09:00:00.000000+00:00","organization_id":7,"seq":9,'
        b'"trace_id":"00000000-0000-0000-0000-000000000005"}'
    )
    settings.AUDIT_KEY = "A" * 43 + "="
    (link,) = chained([EARLIER], 8, b"before")
    assert link.mac.hex() == MAC_OF_THE_EARLIER_FORM


def test_the_present_form_covers_software_and_itself():
    present = canonical(Event(**(fields_of(EARLIER) | {"form": FORM, "software": "1.0"})), 9)
    assert b'"form":2' in present
    assert b'"software":"1.0"' in present


def fields_of(event):
    return {name: getattr(event, name) for name in event.__slots__}


@committed
def test_a_chain_that_goes_on_in_a_later_form_verifies(mercy, monkeypatch):
    with monkeypatch.context() as earlier:
        real = actions.Event
        earlier.setattr(actions, "Event", lambda **f: real(**(f | {"form": 1, "software": ""})))
        record_events(mercy, 3)
    record_events(mercy, 2)
    with inside(mercy):
        forms = list(AuditEvent.objects.order_by("seq").values_list("form", flat=True))
        first = AuditEvent.objects.get(seq=1).link()
    assert forms == [1, 1, 1, FORM, FORM]
    assert b"software" not in line_of(first)
    assert verify_chain(mercy.pk).failure == ""


@committed
@pytest.mark.parametrize(
    "change", ["form = 1", "form = 3", "software = '9'", "form = 1, software = ''"]
)
def test_a_form_or_software_that_was_changed_is_found(tamper, mercy, change):
    tamper(f"UPDATE audit_auditevent SET {change} WHERE seq = 4")
    assert verify_chain(mercy.pk).failure == "event 4 was changed"


def test_software_added_to_an_event_of_the_earlier_form_is_found():
    added = Event(**(fields_of(EARLIER) | {"software": "9.9"}))
    assert canonical(added, 1) != canonical(EARLIER, 1)


@committed
def test_every_event_names_the_software_and_a_trace(mercy, settings):
    settings.APP_VERSION = "7.7.7+abc"
    structlog.contextvars.clear_contextvars()
    with inside(mercy):
        record("ecg.recording.viewed")
        record("ecg.recording.viewed")
    with inside(mercy):
        events = list(AuditEvent.objects.all())
    assert {event.software for event in events} == {"7.7.7+abc"}
    assert len({event.trace_id for event in events}) == 1
    assert events[0].trace_id is not None


@committed
def test_the_trace_of_the_work_is_the_events(mercy):
    trace = uuid.uuid4()
    with structlog.contextvars.bound_contextvars(trace_id=str(trace)), inside(mercy):
        record("ecg.recording.viewed")
    with inside(mercy):
        assert AuditEvent.objects.get().trace_id == trace


def test_the_software_of_a_checkout_has_its_commit(tmp_path):
    packaged = '[project]\nversion = "1.2.3"\n'
    (tmp_path / "pyproject.toml").write_text(packaged)
    assert software_version(tmp_path) == "1.2.3"
    (tmp_path / ".git").write_text("gitdir: nowhere")
    assert software_version(tmp_path) == "1.2.3"
    assert software_version(ROOT).startswith("0.1.0")


@pytest.mark.django_db
def test_rows_that_name_no_form_are_of_the_first():
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name, column_default FROM information_schema.columns
               WHERE table_name = 'audit_auditevent' AND column_name IN ('form', 'software')"""
        )
        found = dict(cursor.fetchall())
    assert (found["form"], found["software"].split("::")[0]) == ("1", "''")
