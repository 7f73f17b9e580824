"""Reading the figures of days: rows of the rollup, never what they were counted from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied

from apps.reports.figures.definitions import VIEWS, Figure, Kind
from apps.reports.figures.hourly import KEPT_DAYS
from apps.reports.models import DayFigure
from apps.tenants.access import Active
from apps.tenants.models import Site
from apps.tenants.queries import permit


@dataclass(frozen=True, slots=True)
class Value:
    """`part` and `whole` as they are kept; None where the day has no such value."""

    part: int | None
    whole: int

    def shown(self, kind: Kind) -> float | None:
        """In the figure's unit: a count, percent, or minutes."""
        if self.part is None or (kind is Kind.SHARE and not self.whole):
            return None
        if kind is Kind.SHARE:
            return 100 * self.part / self.whole
        return self.part / 60 if kind is Kind.SPAN else self.part


Days = dict[dt.date, Value]


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both ends included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> list[dt.date]:
        count = (self.last - self.first).days + 1
        return [self.first + dt.timedelta(days=number) for number in range(count)]


@dataclass(frozen=True, slots=True)
class Figures:
    """By figure and day. A day that is in none of them has not been counted."""

    values: dict[str, Days] = field(default_factory=dict)
    counted_at: dt.datetime | None = None

    def of(self, figure: Figure) -> Days:
        return self.values.get(figure.name, {})


def views_of(active: Active) -> list[str]:
    """The views the person may see, in their order."""
    permit(active, "view_dashboards")
    return [view for view, action in VIEWS.items() if active.may(action)]


def permit_view(active: Active, view: str) -> None:
    """Raises PermissionDenied."""
    if view not in views_of(active):
        raise PermissionDenied


def figures_of(
    active: Active, wanted: Iterable[Figure], span: Span, site: Site | None = None
) -> Figures:
    """At most two queries of a year of days; what belongs to no site is the organization's."""
    permit(active, "view_dashboards")
    if len(span.days) > KEPT_DAYS:
        raise ValueError("more days than are kept")
    names = {one.name: one.of_sites for one in wanted}
    here = [name for name, of_sites in names.items() if of_sites and site is not None]
    whole = DayFigure.objects.filter(site=None, day__gte=span.first, day__lte=span.last)
    rows = list(whole.filter(figure__in=names))
    found: dict[str, Days] = defaultdict(dict)
    for row in rows:
        # A site on a day that was counted and where it had nothing.
        blank = None if row.figure.startswith("turnaround") else 0
        value = Value(blank, 0) if row.figure in here else Value(row.part, row.whole)
        found[row.figure][row.day] = value
    if here:
        mine = DayFigure.objects.filter(site=site, day__gte=span.first, day__lte=span.last)
        for row in mine.filter(figure__in=here):
            found[row.figure][row.day] = Value(row.part, row.whole)
    return Figures(dict(found), max((row.counted_at for row in rows), default=None))
