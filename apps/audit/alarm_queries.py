"""Alarms as their page shows them. Not patient data; the page itself needs the right to it."""

from __future__ import annotations

import uuid

from django.http import Http404

from apps.audit.model_alarm import Alarm

PAST = 50


def open_alarms() -> list[Alarm]:
    """What is wrong now, critical ones first, then by age."""
    rows = Alarm.objects.filter(resolved_at=None).select_related("acknowledged_by")
    return list(rows.order_by("severity", "raised_at"))


def past_alarms() -> list[Alarm]:
    rows = Alarm.objects.exclude(resolved_at=None).select_related("resolved_by")
    return list(rows.order_by("-raised_at")[:PAST])


def get_alarm(public_id: uuid.UUID) -> Alarm:
    """Raises Http404 also for another organization's."""
    alarm = Alarm.objects.filter(public_id=public_id).first()
    if alarm is None:
        raise Http404
    return alarm
