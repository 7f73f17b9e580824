"""The ladder at work: each step of each open critical result is taken once.

The unique row of result and step decides; notices are written with it. A worker that dies before
the commit has done nothing, one that dies after it leaves notices that another sends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from django.db import transaction

from apps.audit import actions as audit
from apps.audit.alarms import Finding, raise_alarm
from apps.core.drain import wake_on_commit
from apps.core.insert import insert_unless_there
from apps.core.leases import Leased
from apps.reports.ladder import NOBODY, TOLD, Rung, Taking, next_due, takings
from apps.reports.models import CriticalResult, Escalation, EscalationNotice, EscalationStep
from apps.reports.on_call import members, on_call_now
from apps.tenants.models import User

MOST_TOLD = 50
MOST_AT_ONCE = 200
NOBODY_THERE = "critical.nobody_on_call"

Kind = EscalationNotice.Kind
Who = EscalationStep.Who
# Random names of the webhooks that are told at present.
Webhooks = Callable[[], list[str]]


def steps() -> dict[int, EscalationStep]:
    """The organization's ladder by number, upwards."""
    rows = EscalationStep.objects.filter(is_active=True).select_related("person", "on_call_list")
    return {row.number: row for row in rows.order_by("number")}


def rungs_of(ladder: dict[int, EscalationStep]) -> list[Rung]:
    return [Rung(row.number, dt.timedelta(minutes=row.after_minutes)) for row in ladder.values()]


def people_of(step: EscalationStep, now: dt.datetime) -> list[User]:
    """Who is meant by a step at this moment; nobody who does not work here any more."""
    if step.who == Who.ON_CALL:
        return on_call_now(step.on_call_list, now) if step.on_call_list else []
    if step.who == Who.PERSON:
        return [row.user for row in members(user=step.person_id)[:1]]
    return [row.user for row in members(role=step.role)[:MOST_TOLD]]


def first_step_at(raised_at: dt.datetime) -> dt.datetime | None:
    """When the first step of a result raised then is due."""
    return next_due(rungs_of(steps()), set(), raised_at)


@transaction.atomic
def set_clocks_anew() -> None:
    """After the ladder was changed: the next step of all that is open."""
    rungs = rungs_of(steps())
    for result in CriticalResult.objects.select_for_update(no_key=True).filter(
        acknowledged_at=None
    ):
        result.next_step_at = next_due(rungs, _taken(result), result.raised_at)
        result.save(update_fields=["next_step_at"])


def _taken(result: CriticalResult) -> set[int]:
    return set(Escalation.objects.filter(result=result).values_list("number", flat=True))


@transaction.atomic
def take_due(now: dt.datetime, webhooks: Webhooks) -> int:
    """Take what is due; how many steps told somebody. What another worker holds is left to it."""
    due = CriticalResult.objects.select_for_update(
        of=("self",), no_key=True, skip_locked=True
    ).filter(acknowledged_at=None, next_step_at__lte=now, report__recording__is_canary=False)
    found = list(due.order_by("next_step_at", "id")[:MOST_AT_ONCE])
    if not found:
        return 0
    ladder = steps()
    told = sum(_take(result, ladder, now, webhooks) for result in found)
    if told:
        wake_on_commit()
    return told


def _take(
    result: CriticalResult,
    ladder: dict[int, EscalationStep],
    now: dt.datetime,
    webhooks: Webhooks,
) -> int:
    taken, rungs = _taken(result), rungs_of(ladder)
    people = {number: people_of(step, now) for number, step in ladder.items()}
    waited, told = now - result.raised_at, 0
    for taking in takings(rungs, taken, waited, lambda number: bool(people[number])):
        row = _record(result, ladder[taking.number], taking, now)
        if row is not None and taking.outcome == TOLD:
            told += 1
            _notices(row, ladder[taking.number], people[taking.number], webhooks, now)
        taken.add(taking.number)
    result.next_step_at = next_due(rungs, taken, result.raised_at)
    result.save(update_fields=["next_step_at"])
    return told


def _record(
    result: CriticalResult, step: EscalationStep, taking: Taking, now: dt.datetime
) -> Escalation | None:
    """None where it was taken before."""
    row = Escalation(
        organization_id=result.organization_id,
        result=result,
        number=step.number,
        step=step,
        outcome=taking.outcome,
        taken_at=now,
    )
    if not insert_unless_there(row):
        return None
    audit.record("reports.critical.escalated", result, count=step.number, outcome=taking.outcome)
    if taking.outcome == NOBODY:
        raise_alarm(NOBODY_THERE, str(step.public_id), figure=step.number)
    return row


def _notices(
    row: Escalation,
    step: EscalationStep,
    people: list[User],
    webhooks: Webhooks,
    now: dt.datetime,
) -> None:
    wanted: list[EscalationNotice] = []
    for person in people:
        shown = {"state": Leased.State.DONE, "sent_at": now}
        wanted.append(EscalationNotice(kind=Kind.PAGE, person=person, **shown))
        if step.by_email:
            wanted.append(EscalationNotice(kind=Kind.EMAIL, person=person))
    if step.by_webhook:
        wanted += [EscalationNotice(kind=Kind.WEBHOOK, channel=name) for name in webhooks()]
    for notice in wanted:
        notice.organization_id, notice.escalation = row.organization_id, row
        notice.save(force_insert=True)


def nobody_there() -> Iterator[Finding]:
    """For the alarm channels: steps that found nobody, while their result is open."""
    rows = Escalation.objects.filter(outcome=NOBODY, result__acknowledged_at=None)
    for step, number in set(rows.values_list("step__public_id", "number")):
        yield Finding(NOBODY_THERE, str(step), number)


def asked(person: User) -> set[int]:
    """Open results that this person was told of, for their page."""
    rows = EscalationNotice.objects.filter(
        kind=Kind.PAGE, person=person, escalation__result__acknowledged_at=None
    )
    return set(rows.values_list("escalation__result_id", flat=True))
