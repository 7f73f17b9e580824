"""Destinations that do not take what is sent to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count
from django.utils import timezone

from apps.audit.alarms import Finding
from apps.core.leases import Leased
from apps.integrations.models import Delivery

OVERDUE = dt.timedelta(minutes=10)


def destinations() -> Iterator[Finding]:
    overdue = Delivery.objects.filter(
        state=Leased.State.RECEIVED, created_at__lt=timezone.now() - OVERDUE
    )
    counted = overdue.values_list("destination__public_id").annotate(n=Count("pk"))
    for destination, count in counted:
        yield Finding("delivery.overdue", str(destination), count)
