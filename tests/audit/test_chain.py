"""Events are written with what they tell of, in an unbroken chain."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from dataclasses import replace

import pytest
from django.db import connections, transaction

from apps.audit import verify
from apps.audit.actions import record, record_alone
from apps.audit.chain import Event, canonical
from apps.audit.codes import CODES
from apps.audit.history import who
from apps.audit.models import AuditEvent, AuditHead
from apps.audit.verify import ChainResult, verify_chain
from apps.core.scope import organization_scope
from apps.ecg.models import Patient, PatientIdentifier
from tests.api.keys import make_client
from tests.audit.conftest import record_events
from tests.database import committed
from tests.factories import inside, make_patient

pytestmark = committed


def codes(organization):
    with inside(organization):
        return list(AuditEvent.objects.order_by("seq").values_list("code", flat=True))


class Undone(Exception):
    """Makes a transaction roll back."""


@transaction.atomic
def record_inside_a_savepoint():
    record("ecg.recording.viewed")


def undo(*_):
    raise Undone


def test_an_event_is_written_at_commit(mercy, reader):
    patient = make_patient(mercy)
    trace = uuid.uuid4()
    with inside(mercy):
        record("ecg.recording.viewed", patient, actor=reader, trace_id=trace, page="study")
        assert not AuditEvent.objects.exists()
    with inside(mercy):
        event = AuditEvent.objects.get()
    assert (event.seq, event.actor, event.trace_id) == (1, reader, trace)
    assert (event.object_type, event.object_id) == ("ecg.patient", str(patient.public_id))
    assert event.details == '{"page": "study"}'


def test_events_of_one_transaction_keep_their_order(mercy):
    with inside(mercy):
        for code in ("ecg.recording.created", "ecg.recording.measured", "ecg.recording.viewed"):
            record(code)
    assert [code.split(".")[-1] for code in codes(mercy)] == ["created", "measured", "viewed"]
    assert verify_chain(mercy.pk) == ChainResult(3)


def test_a_rolled_back_transaction_leaves_no_event(mercy):
    with pytest.raises(Undone), inside(mercy):
        undo(record("ecg.recording.viewed"))
    record_events(mercy, 1)
    assert len(codes(mercy)) == 1


def test_a_rolled_back_savepoint_drops_its_events_only(mercy):
    with inside(mercy):
        record("ecg.recording.created")
        with pytest.raises(Undone), transaction.atomic():
            undo(record("ecg.recording.viewed"))
        with transaction.atomic():
            record("ecg.recording.measured")
    assert codes(mercy) == ["ecg.recording.created", "ecg.recording.measured"]


def test_a_savepoint_takes_the_events_of_savepoints_inside_it_along(mercy):
    with inside(mercy):
        with pytest.raises(Undone), transaction.atomic():
            undo(record_inside_a_savepoint())
        record("ecg.recording.created")
    assert codes(mercy) == ["ecg.recording.created"]


def test_a_refusal_survives_what_it_refused(mercy):
    with pytest.raises(Undone), inside(mercy):
        undo(record("reports.report.edited"))
    record_alone(mercy.pk, "web.request.refused", status=403)
    assert codes(mercy) == ["web.request.refused"]


def test_each_organization_has_a_chain_of_its_own(mercy, lakeside):
    record_events(mercy, 3)
    record_events(lakeside, 2)
    assert (verify_chain(mercy.pk).events, verify_chain(lakeside.pk).events) == (3, 2)
    with inside(lakeside):
        assert AuditHead.objects.get().seq == 2


def test_one_transaction_cannot_record_for_two_organizations(mercy, lakeside):
    @transaction.atomic
    def record_in_both():
        for organization in (mercy, lakeside):
            with organization_scope(organization.pk):
                record("ecg.recording.viewed")

    with pytest.raises(RuntimeError, match="one organization"):
        record_in_both()
    assert codes(mercy) == codes(lakeside) == []


def test_work_that_cannot_be_recorded_is_not_done(mercy, settings):
    settings.AUDIT_KEY = "short"
    with pytest.raises(Exception, match="AUDIT_KEY"), inside(mercy):
        record("ecg.recording.created", make_patient(mercy))
    settings.AUDIT_KEY = "A" * 44
    with inside(mercy):
        assert not AuditEvent.objects.exists()
        assert not Patient.objects.exists()


def test_concurrent_writers_make_one_chain_without_gap_or_fork(mercy):
    problems = []

    def write():
        try:
            for _ in range(10):
                with inside(mercy):
                    record("ecg.recording.created")
                    record("ecg.recording.viewed")
        except Exception as error:
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert verify_chain(mercy.pk) == ChainResult(80)


def test_a_long_verification_keeps_no_writer_waiting(mercy, monkeypatch):
    record_events(mercy, 3)
    real, added = verify.event_mac, []

    def slow(*arguments):
        if not added:
            added.append(threading.Thread(target=add_one))
            added[0].start()
            added[0].join(timeout=10)
        return real(*arguments)

    def add_one():
        record_events(mercy, 1)
        connections.close_all()

    monkeypatch.setattr(verify, "event_mac", slow)
    assert verify_chain(mercy.pk) == ChainResult(3)
    assert not added[0].is_alive()
    assert verify_chain(mercy.pk) == ChainResult(4)


def test_writers_that_also_lock_rows_do_not_block_each_other_for_ever(mercy):
    """A deferred key checked after the head is locked would deadlock with the row lock."""
    patient = make_patient(mercy)
    problems = []

    def write():
        try:
            for _ in range(10):
                with inside(mercy):
                    Patient.objects.select_for_update().get(pk=patient.pk)
                    PatientIdentifier.objects.create(
                        organization=mercy, patient=patient, value=str(uuid.uuid4())
                    )
                    record("ecg.recording.viewed")
        except Exception as error:
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert verify_chain(mercy.pk).events == 30


def test_an_unknown_code_is_refused(mercy):
    with pytest.raises(KeyError), inside(mercy):
        record("ecg.recording.looked_at")


@pytest.mark.parametrize("key", ["name", "mrn", "text", "filename"])
def test_an_unknown_detail_is_refused(mercy, key):
    with pytest.raises(KeyError, match=key), inside(mercy):
        record("ecg.recording.viewed", **{key: "x"})


def test_every_code_says_app_object_and_past_participle():
    apps = {code.split(".")[0] for code in CODES}
    assert all(code.count(".") == 2 and code.islower() for code in CODES)
    assert apps <= {
        "tenants",
        "ingestion",
        "ecg",
        "inference",
        "reports",
        "integrations",
        "billing",
        "audit",
        "web",
    }
    assert all(words and words[0].isupper() for words in CODES.values())


def test_a_program_is_named_as_who_acted(mercy):
    client, _ = make_client(mercy)
    with inside(mercy):
        record("ecg.recordings.listed", actor=client, count=1)
    with inside(mercy):
        event = AuditEvent.objects.get(code="ecg.recordings.listed")
        assert (event.client_id, event.actor_id) == (client.pk, None)
        assert who(event) == f"{client.name} (API client)"
    assert verify_chain(mercy.pk).failure == ""


def test_events_of_people_are_covered_as_before_programs_could_act():
    moment = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    event = Event(1, "web.admin.viewed", 7, "", "", None, "{}", moment)
    assert b"client" not in canonical(event, 1)
    assert b'"client_id":9' in canonical(replace(event, client_id=9), 1)
