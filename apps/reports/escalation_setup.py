"""Writing an organization's ladder down: whole, in order, each step with somebody to tell."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction

from apps.audit import actions as audit
from apps.reports.escalation import set_clocks_anew
from apps.reports.model_escalation import MOST_MINUTES, MOST_STEPS
from apps.reports.models import EscalationStep, OnCallList
from apps.reports.on_call import members
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.tenants.permissions import PERMISSIONS
from apps.tenants.queries import permit

Who = EscalationStep.Who


class BadStep(Exception):
    """Refused: `number` is the step, the text says why in words for a page."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(words)
        self.number = number


@dataclass(frozen=True, slots=True)
class WantedStep:
    """`whom` is `role:reader`, or `person:` or `on_call:` with a random name."""

    whom: str
    after_minutes: int
    by_email: bool
    by_webhook: bool


@transaction.atomic
def set_ladder(active: Active, wanted: list[WantedStep], admin: User) -> None:
    """Replace the ladder; steps that were taken stay taken. Raises BadStep."""
    permit(active, "change_escalation")
    if len(wanted) > MOST_STEPS:
        raise BadStep(MOST_STEPS, f"At most {MOST_STEPS} steps.")
    before = -1
    for number, step in enumerate(wanted, start=1):
        if not before < step.after_minutes <= MOST_MINUTES:
            words = "More minutes than the step before" if number > 1 else "Minutes"
            raise BadStep(number, f"{words}, from 0 to {MOST_MINUTES}.")
        before = step.after_minutes
        fields = {"after_minutes": step.after_minutes, "by_email": step.by_email}
        EscalationStep.objects.update_or_create(
            organization_id=active.organization_id,
            number=number,
            defaults=fields
            | {"by_webhook": step.by_webhook, "is_active": True}
            | _whom(number, step.whom),
        )
    EscalationStep.objects.filter(number__gt=len(wanted)).update(is_active=False)
    audit.record("reports.ladder.changed", actor=admin, count=len(wanted))
    set_clocks_anew()


def _whom(number: int, whom: str) -> dict[str, object]:
    kind, _, name = whom.partition(":")
    named = _uuid(name)
    nobody: dict[str, object] = {"role": "", "person": None, "on_call_list": None}
    if kind == Who.ROLE and name in PERMISSIONS["acknowledge_critical"]:
        return nobody | {"who": kind, "role": name}
    if kind == Who.PERSON and named:
        held = members().filter(user__public_id=named).first()
        if held is not None:
            return nobody | {"who": kind, "person": held.user}
    if kind == Who.ON_CALL and named:
        duty = OnCallList.objects.filter(public_id=named).first()
        if duty is not None:
            return nobody | {"who": kind, "on_call_list": duty}
    raise BadStep(number, "Choose who is told.")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def whom_of(step: EscalationStep) -> str:
    """The same as a page writes it."""
    if step.who == Who.PERSON and step.person is not None:
        return f"{step.who}:{step.person.public_id}"
    if step.who == Who.ON_CALL and step.on_call_list is not None:
        return f"{step.who}:{step.on_call_list.public_id}"
    return f"{step.who}:{step.role}"
