"""A ladder and people for it, made in one call each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from apps.integrations.escalations import escalate
from apps.reports import criticals
from apps.reports.models import (
    CriticalResult,
    Escalation,
    EscalationStep,
    OnCallList,
    OnCallShift,
)
from tests.factories import inside
from tests.reports.signing import report_of


def make_duty(organization: Any, name: str = "Registrar", *people: Any) -> OnCallList:
    """An on-call list; the people cover it from an hour ago for a day."""
    now = timezone.now()
    with inside(organization):
        duty = OnCallList.objects.create(organization=organization, name=name)
        for person in people:
            OnCallShift.objects.create(
                organization=organization,
                on_call_list=duty,
                person=person,
                begins_at=now - dt.timedelta(hours=1),
                ends_at=now + dt.timedelta(days=1),
                time_zone="Europe/London",
                made_by=person,
                made_at=now,
            )
    return duty


def make_steps(organization: Any, *steps: dict[str, Any]) -> list[EscalationStep]:
    """Numbered from 1; each names `after_minutes` and whom."""
    with inside(organization):
        return [
            EscalationStep.objects.create(organization=organization, number=number, **step)
            for number, step in enumerate(steps, start=1)
        ]


def on_call(duty: OnCallList, after: int, **fields: Any) -> dict[str, Any]:
    return {"who": "on_call", "on_call_list": duty, "after_minutes": after} | fields


def person(user: Any, after: int, **fields: Any) -> dict[str, Any]:
    return {"who": "person", "person": user, "after_minutes": after} | fields


def raised(recording: Any, minutes: float, text: str = "Pause") -> CriticalResult:
    """A critical result that has stood for that long."""
    begun = timezone.now() - dt.timedelta(minutes=minutes)
    with inside(recording.organization):
        return criticals.raise_critical(report_of(recording), "rule.test", text, now=begun)


def look(organization: Any) -> int:
    """One look of the sweeper at the organization's ladder."""
    with inside(organization):
        return escalate()


def outcomes(organization: Any) -> list[tuple[int, str]]:
    with inside(organization):
        return [*Escalation.objects.order_by("number").values_list("number", "outcome")]
