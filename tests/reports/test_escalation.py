"""The ladder at work: each step once, whoever takes it; nobody on call; late workers; cover."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone

from apps.audit.models import Alarm
from apps.core import drain
from apps.core.scope import organization_scope
from apps.integrations import escalations
from apps.reports import criticals, escalation, on_call
from apps.reports.models import (
    CriticalResult,
    Escalation,
    EscalationNotice,
    EscalationStep,
    OnCallShift,
)
from apps.tenants.access import Active
from apps.tenants.models import Membership
from tests.database import committed
from tests.factories import inside, make_user
from tests.reports.escalating import (
    look,
    make_duty,
    make_steps,
    outcomes,
    person,
    raised,
)
from tests.reports.escalating import on_call as covered
from tests.reports.signing import report_of

TOLD = {"told_whom": "Sister Marsh, ward 7", "told_how": "telephone"}


def test_raised_it_knows_when_its_first_step_is_due(recording, reader):
    make_steps(recording.organization, person(reader, 5))
    row = raised(recording, minutes=1)
    assert row.next_step_at == row.raised_at + dt.timedelta(minutes=5)
    assert look(recording.organization) == 0


def test_a_step_is_taken_once_and_says_who_was_told(recording, reader, technician):
    mercy = recording.organization
    make_steps(mercy, covered(make_duty(mercy, "Registrar", reader), 5), person(technician, 9))
    row = raised(recording, minutes=6)
    assert [look(mercy), look(mercy)] == [1, 0]
    assert outcomes(mercy) == [(1, "told")]
    with inside(mercy):
        assert escalation.asked(reader) == {row.pk}
        assert escalation.asked(technician) == set()
        row.refresh_from_db()
    assert row.next_step_at == row.raised_at + dt.timedelta(minutes=9)


def test_nobody_on_call_goes_on_and_alarms_until_it_is_acknowledged(recording, reader):
    mercy = recording.organization
    make_steps(mercy, covered(make_duty(mercy), 5), person(reader, 60))
    row = raised(recording, minutes=6)
    look(mercy)
    assert outcomes(mercy) == [(1, "nobody"), (2, "told")]
    with inside(mercy):
        alarm = Alarm.objects.get(code="critical.nobody_on_call")
        assert str(alarm) == "Step 1 of the escalation ladder found nobody"
        assert [found.subject for found in escalation.nobody_there()] == [alarm.subject]
        criticals.acknowledge(row, by=reader, now=timezone.now(), **TOLD)
        assert list(escalation.nobody_there()) == []


def test_a_persons_step_asks_that_person_whoever_is_first_by_name(recording, mercy):
    first, last = (make_user(mercy, full_name=name) for name in ("Dr Aalto", "Dr Zielinski"))
    make_steps(mercy, person(last, 5))
    row = raised(recording, minutes=6)
    look(mercy)
    with inside(mercy):
        assert (escalation.asked(last), escalation.asked(first)) == ({row.pk}, set())


def test_a_roles_step_asks_those_of_that_role_only(recording, reader, admin_user):
    mercy = recording.organization
    make_steps(mercy, {"who": "role", "role": "administrator", "after_minutes": 5})
    row = raised(recording, minutes=6)
    look(mercy)
    with inside(mercy):
        assert (escalation.asked(admin_user), escalation.asked(reader)) == ({row.pk}, set())


def test_who_left_the_organization_is_nobody(recording, reader, admin_user):
    mercy = recording.organization
    make_steps(mercy, person(reader, 5), {"who": "role", "role": "administrator",
                                          "after_minutes": 9})  # fmt: skip
    raised(recording, minutes=6)
    with inside(mercy):
        Membership.objects.filter(user=reader).update(ends_on=dt.date(2020, 1, 1))
    look(mercy)
    assert outcomes(mercy) == [(1, "nobody"), (2, "told")]


def test_acknowledged_no_further_step_is_taken(recording, reader):
    mercy = recording.organization
    make_steps(mercy, person(reader, 5))
    row = raised(recording, minutes=6)
    with inside(mercy):
        criticals.acknowledge(row, by=reader, now=timezone.now(), **TOLD)
    assert (look(mercy), outcomes(mercy)) == (0, [])


def test_a_signed_critical_finding_goes_up_the_ladder_until_acknowledged(recording, reader):
    mercy = recording.organization
    make_steps(mercy, person(reader, 0))
    with inside(mercy):
        (row,) = criticals.raise_by_text(
            report_of(recording), "Complete AV block.", reader, timezone.now()
        )
    assert look(mercy) == 1
    with inside(mercy):
        assert CriticalResult.objects.get(pk=row.pk).acknowledged_at is None


def test_another_organizations_ladder_takes_nothing_here(recording, lakeside, stranger):
    make_steps(lakeside, person(stranger, 0))
    raised(recording, minutes=60)
    assert (look(lakeside), look(recording.organization)) == (0, 0)


def test_a_changed_ladder_moves_the_clocks_and_repeats_no_step(recording, reader):
    mercy = recording.organization
    (step,) = make_steps(mercy, person(reader, 5))
    row = raised(recording, minutes=6)
    look(mercy)
    with inside(mercy):
        EscalationStep.objects.filter(pk=step.pk).update(after_minutes=1)
        escalation.set_clocks_anew()
        row.refresh_from_db()
    assert row.next_step_at is None
    assert look(mercy) == 0


def test_cover_is_handed_over_by_the_two_it_is_between_and_by_nobody_else(recording, reader):
    mercy, now = recording.organization, timezone.now()
    duty = make_duty(mercy, "Registrar", reader)
    other, third = make_user(mercy, "reader"), make_user(mercy, "reader")
    when = on_call.Period(now, now + dt.timedelta(hours=2), "Europe/London")
    given = {"from_whom": reader.public_id, "to_whom": other.public_id, "when": when, "now": now}
    active = Active(mercy.pk, "reader")
    with inside(mercy):
        with pytest.raises(on_call.PermissionDenied):
            on_call.hand_over(active, duty, by=third, **given)
        shift = on_call.hand_over(active, duty, by=other, **given)
        assert on_call.on_call_now(duty, now) == [other]
        with pytest.raises(on_call.Http404):
            on_call.get_shift_to_strike(active, third, shift.public_id)
        on_call.strike(on_call.get_shift_to_strike(active, reader, shift.public_id), reader, now)
        assert on_call.on_call_now(duty, now) == [reader]


def test_who_gives_or_administers_hands_over_what_is_held(recording, reader, admin_user):
    mercy, now = recording.organization, timezone.now()
    duty, other = make_duty(mercy, "Registrar", reader), make_user(mercy)
    when = on_call.Period(now, now + dt.timedelta(hours=2), "Europe/London")
    given = {"from_whom": reader.public_id, "to_whom": other.public_id, "when": when, "now": now}
    with inside(mercy):
        on_call.hand_over(Active(mercy.pk, "reader"), duty, by=reader, **given)
        administrator = Active(mercy.pk, "administrator")
        on_call.hand_over(administrator, duty, by=admin_user, **given)
        refused = {
            "to": given | {"to_whom": reader.public_id},
            "person": given | {"to_whom": make_user(mercy, "auditor").public_id},
        }
        for field, wrong in refused.items():
            with pytest.raises(on_call.NotCovered) as caught:
                on_call.hand_over(administrator, duty, by=admin_user, **wrong)
            assert caught.value.field == field


def test_nobody_gives_what_they_do_not_hold_in_that_time(recording, reader, admin_user):
    mercy, now = recording.organization, timezone.now()
    duty, other = make_duty(mercy, "Registrar", reader), make_user(mercy)
    after = on_call.Period(now + dt.timedelta(days=2), now + dt.timedelta(days=3), "Europe/London")
    given = {"from_whom": reader.public_id, "to_whom": other.public_id, "when": after, "now": now}
    with inside(mercy), pytest.raises(on_call.NotCovered) as caught:
        on_call.hand_over(Active(mercy.pk, "administrator"), duty, by=admin_user, **given)
    assert caught.value.field == "from"


def test_an_administrator_strikes_the_entry_that_was_named(recording, reader):
    mercy = recording.organization
    make_duty(mercy, "Registrar", reader, make_user(mercy))
    active = Active(mercy.pk, "administrator")
    with inside(mercy):
        for shift in OnCallShift.objects.all():
            assert on_call.get_shift_to_strike(active, reader, shift.public_id) == shift


@committed
def test_two_workers_take_a_step_once(recording, reader):
    mercy = recording.organization
    make_steps(mercy, person(reader, 5, by_email=True))
    raised(recording, minutes=6)
    both = threading.Barrier(2)

    def work():
        both.wait()
        look(mercy)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes(mercy) == [(1, "told")]
    with inside(mercy):
        kinds = EscalationNotice.objects.order_by("id").values_list("kind", flat=True)
        assert [*kinds] == ["page", "email"]


@committed
def test_a_worker_that_dies_in_the_middle_has_taken_nothing(recording, reader, monkeypatch):
    mercy = recording.organization
    make_steps(mercy, person(reader, 5))
    raised(recording, minutes=6)
    with monkeypatch.context() as patched:
        patched.setattr(escalation, "_notices", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            look(mercy)
    assert outcomes(mercy) == []
    look(mercy)
    assert outcomes(mercy) == [(1, "told")]


@committed
def test_a_mail_sent_before_a_crash_comes_again_as_the_same_message(
    recording, reader, monkeypatch, settings
):
    settings.RETRY_BACKOFF_SECONDS = 0.001
    mercy = recording.organization
    make_steps(mercy, person(reader, 5))
    raised(recording, minutes=6)
    look(mercy)
    with monkeypatch.context() as patched:
        patched.setattr(escalations.leases, "finish", lambda *_, **__: 1 / 0)
        lease = drain.leases.claim(EscalationNotice, 0)
        with organization_scope(mercy.pk), pytest.raises(ZeroDivisionError):
            escalations.send(lease)
    with inside(mercy):
        EscalationNotice.objects.filter(kind="email").update(state="received")
    drain.drain()
    first, again = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    assert outcomes(mercy) == [(1, "told")]


@committed
def test_mail_names_no_patient_and_wakes_nobody_once_it_is_acknowledged(recording, reader):
    mercy = recording.organization
    make_steps(mercy, person(reader, 5), person(reader, 6))
    row = raised(recording, minutes=5.5, text="Pause of 4 s")
    look(mercy)
    drain.drain()
    (sent,) = mail.outbox
    assert sent.to == [reader.email]
    assert "/critical" in sent.body
    for word in ("Pause", recording.patient.family_name, str(row.public_id)):
        assert word not in sent.subject + sent.body
    with inside(mercy):
        raised_at = timezone.now() - dt.timedelta(minutes=7)
        CriticalResult.objects.update(raised_at=raised_at, next_step_at=raised_at)
    look(mercy)
    with inside(mercy):
        criticals.acknowledge(row, by=reader, now=timezone.now(), **TOLD)
    drain.drain()
    assert len(mail.outbox) == 1
    with inside(mercy):
        assert Escalation.objects.count() == 2
        assert not EscalationNotice.objects.exclude(state="done").exists()
