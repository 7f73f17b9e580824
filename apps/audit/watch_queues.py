"""Rows that were given up, and rows that nobody takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from apps.audit.alarms import Finding
from apps.core.drain import leased_models
from apps.core.leases import Leased

# Both codes of a storage that does not answer as it must.
STORAGE = "storage-"


def queues() -> Iterator[Finding]:
    now = timezone.now()
    overdue = now - dt.timedelta(seconds=settings.ALARM_WAITING_SECONDS)
    for model in leased_models():
        given_up = model.objects.filter(state=Leased.State.DEAD).count()
        if given_up:
            yield Finding("queue.given_up", model._meta.model_name or "", given_up)
        waiting = model.objects.filter(state=Leased.State.RECEIVED, available_at__lt=overdue)
        oldest = waiting.aggregate(oldest=Min("available_at"))["oldest"]
        if oldest:
            minutes = int((now - oldest).total_seconds() // 60)
            yield Finding("queue.waiting", model._meta.model_name or "", minutes)
        stored = model.objects.filter(state=Leased.State.RECEIVED, error_code__startswith=STORAGE)
        held = stored.count()
        if held:
            yield Finding("storage.unavailable", model._meta.model_name or "", held)
