"""Counting a day's events for those who may not read them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count

from apps.audit.models import AuditCount
from apps.audit.timeline import events_in
from apps.core.scope import required_organization


@transaction.atomic
def count_day(day: dt.date) -> None:
    """Write how often each code happened; a day that was counted before is counted again."""
    begins = dt.datetime.combine(day, dt.time(), dt.UTC)
    events = events_in(begins, begins + dt.timedelta(days=1))
    counted = events.order_by("code").values_list("code").annotate(events=Count("id"))
    organization_id = required_organization()
    AuditCount.objects.bulk_create(
        [
            AuditCount(organization_id=organization_id, day=day, code=code, events=number)
            for code, number in counted
        ],
        update_conflicts=True,
        unique_fields=["organization", "day", "code"],
        update_fields=["events"],
    )
