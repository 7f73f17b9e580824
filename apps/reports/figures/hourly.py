"""Keeping the figures of every organization up to date: once an hour, from the sweeper."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.reports.figures.counting import Day, count_day
from apps.reports.models import DayFigure
from apps.tenants.lookups import organization_ids
from apps.tenants.models import Organization

log = structlog.get_logger(__name__)

# How far back a dashboard looks, and how many days of the past are made up in an hour.
KEPT_DAYS = 366
MADE_UP_AT_ONCE = 31
# Work of yesterday is still committed after midnight.
COUNTED_AGAIN = 2


def count_hourly() -> None:
    """Today and yesterday anew, and days that were never counted. Call with no scope open."""
    for organization_id in organization_ids():
        try:
            with organization_scope(organization_id):
                count_days(organization_id, timezone.now())
        except DatabaseError as error:
            log.warning("hourly.failed", error_class=type(error).__name__)


def count_days(organization_id: int, now: dt.datetime) -> list[dt.date]:
    """In the scope's organization, each day in a transaction of its own; which were counted."""
    with transaction.atomic():
        organization = Organization.objects.get(pk=organization_id)
        zone = ZoneInfo(organization.time_zone)
        days = _due(now.astimezone(zone).date(), organization.created_at.astimezone(zone).date())
    for date in days:
        count_day(Day(date, zone), now)
    return days


def _due(today: dt.date, founded: dt.date) -> list[dt.date]:
    """Newest first. Nothing was received before there was an organization."""
    earliest = max(founded, today - dt.timedelta(days=KEPT_DAYS - 1))
    span = [today - dt.timedelta(days=back) for back in range((today - earliest).days + 1)]
    counted = DayFigure.objects.filter(site=None, figure="volume", day__gte=earliest)
    known = set(counted.values_list("day", flat=True))
    missing = [date for date in span[COUNTED_AGAIN:] if date not in known]
    return [*span[:COUNTED_AGAIN], *missing[:MADE_UP_AT_ONCE]]
