"""What waits for a person, counted for the bar of every page in one query."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, QuerySet, Subquery, Value
from django.utils import timezone

from apps.audit.models import Alarm
from apps.core.compiled import Compiled
from apps.ecg.models import Priority
from apps.ingestion.models import IdentityCase
from apps.reports.criticals import open_results
from apps.reports.models import ReadingPolicy, Report
from apps.reports.queries import BOUND, Filters, filtered
from apps.reports.returns import WEEK, returned
from apps.reports.saved_views import views_for
from apps.tenants.access import Active
from apps.tenants.models import Organization, User
from apps.tenants.queries import permit


@dataclass(frozen=True, slots=True)
class Counts:
    """Reports to read, at most one above the bound, the newest one's name, alarms, open cases."""

    to_read: int
    stat: int
    mine: int
    newest: uuid.UUID | None
    alarms: int = 0
    cases: int = 0
    criticals: int = 0
    oldest_critical: dt.datetime | None = None
    next_step: dt.datetime | None = None
    read_first: str | None = None
    to_repeat: int = 0
    views: int = 0
    handed_over: int = 0


def counts(active: Active, user: User) -> Counts:
    return Counts(**counts_of(active, user).get())


def counts_of(active: Active, user: User) -> QuerySet[Organization, Any]:
    """The fields of Counts in one row, each part bounded by an index."""
    permit(active, "view_recordings")
    return _COUNTS(
        *_open_for(active),
        organization=active.organization_id,
        person=user.pk,
        week=timezone.now() - WEEK,
    )


def _open_for(active: Active) -> tuple[bool, bool]:
    """Whether alarms are counted, and questions of identity: for who handles them."""
    return active.may("handle_alarms"), active.may("resolve_identity")


def _counts(
    alarms: bool, cases: bool, *, organization: int, person: int, week: dt.datetime
) -> QuerySet[Organization, Any]:
    user = User(pk=person)
    return Organization.objects.filter(pk=organization).values(
        to_read=_bounded(Filters()),
        stat=_bounded(Filters(priority=Priority.STAT)),
        mine=_bounded(Filters(mine=user)),
        handed_over=_bounded(Filters(handed_over=True)),
        newest=Subquery(Report.objects.order_by("-id").values("public_id")[:1]),
        alarms=_open_alarms() if alarms else Value(0),
        cases=_open_cases() if cases else Value(0),
        criticals=_bounded_rows(open_results()),
        read_first=Subquery(ReadingPolicy.objects.values("read_first")[:1]),
        to_repeat=_bounded_rows(returned(week)),
        views=_bounded_rows(views_for(user)),
        oldest_critical=Subquery(open_results().values("raised_at")[:1]),
        next_step=Subquery(
            open_results()
            .exclude(next_step_at=None)
            .order_by("next_step_at")
            .values("next_step_at")[:1]
        ),
    )


_COUNTS = Compiled(_counts)


def _open_alarms() -> Func:
    rows = ArraySubquery(Alarm.objects.filter(resolved_at=None).order_by().values("id"))
    return Func(rows, function="cardinality", output_field=IntegerField())


def _open_cases() -> Func:
    return _bounded_rows(IdentityCase.objects.exclude(state=IdentityCase.State.CLOSED))


def _bounded(filters: Filters) -> Func:
    return _bounded_rows(filtered(filters))


def _bounded_rows(rows: QuerySet[Any]) -> Func:
    some = ArraySubquery(rows.order_by().values("id")[: BOUND + 1])
    return Func(some, function="cardinality", output_field=IntegerField())
