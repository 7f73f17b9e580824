"""What a dashboard is asked for: the view, the days, the site; all of it checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404

from apps.core.csv_export import Cell
from apps.reports.figures.definitions import Kind, Topic, topics_of
from apps.reports.figures.hourly import KEPT_DAYS
from apps.reports.figures.queries import Figures, Span, figures_of, permit_view, views_of
from apps.tenants.access import Active
from apps.tenants.models import Site
from apps.web.charts import Chart, chart_of
from apps.web.worklist import name_in

USUAL_DAYS = 30
LENGTHS = (7, USUAL_DAYS, 90, 365)
WORDS = {"clinical": "Clinical", "compliance": "Compliance", "engineering": "Engineering"}


class NotAskable(Exception):
    """Days that no dashboard shows; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Asked:
    view: str
    span: Span
    site: Site | None
    sites: list[Site]

    def address(self, **other: str) -> str:
        """The same page with something else; `since` and `until` empty are the usual days."""
        parts = {
            "view": self.view,
            "since": self.span.first.isoformat(),
            "until": self.span.last.isoformat(),
            "site": str(self.site.public_id) if self.site else "",
        } | other
        return f"?{urlencode({key: value for key, value in parts.items() if value})}"


def asked(active: Active, given: Mapping[str, str], today: dt.date) -> Asked:
    """Raises PermissionDenied, Http404 for what is not here, NotAskable for the days."""
    view = given.get("view") or views_of(active)[0]
    if view not in WORDS:
        raise Http404
    permit_view(active, view)
    sites = list(Site.objects.order_by("name"))
    wanted = given.get("site", "")
    site = next((one for one in sites if one.public_id == name_in(wanted)), None)
    if wanted and site is None:
        raise Http404
    return Asked(view, _span(given, today), site, sites)


def usual_span(today: dt.date, days: int = USUAL_DAYS) -> Span:
    return Span(today - dt.timedelta(days=days - 1), today)


def _span(given: Mapping[str, str], today: dt.date) -> Span:
    last = _date(given.get("until", "")) or today
    first = _date(given.get("since", "")) or last - dt.timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise NotAskable("The first day is after the last.")
    if (last - first).days >= KEPT_DAYS:
        raise NotAskable(f"At most {KEPT_DAYS} days are shown at once.")
    return Span(first, last)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise NotAskable("Write a day as 2026-11-29.") from None


def figures_asked(active: Active, wanted: Asked) -> Figures:
    figures = [figure for topic in topics_of(wanted.view) for figure in topic.figures]
    return figures_of(active, figures, wanted.span, wanted.site)


def charts_of(wanted: Asked, figures: Figures) -> list[Chart]:
    return [chart_of(topic, figures, wanted.span) for topic in topics_of(wanted.view)]


def topic_named(wanted: Asked, name: str) -> Topic:
    """Raises Http404 where the view has no such chart."""
    found = next((topic for topic in topics_of(wanted.view) if topic.name == name), None)
    if found is None:
        raise Http404
    return found


def table_of(topic: Topic, wanted: Asked, figures: Figures) -> tuple[list[str], list[list[Cell]]]:
    """Head and rows of the file: a day a row, oldest first; empty where there is no value."""
    head = ["Day", "Site", *(f"{figure.title} ({figure.unit})" for figure in topic.figures)]
    of_parts = topic.kind is not Kind.COUNT
    head += ["Of how many"] if of_parts else []
    place = wanted.site.name if wanted.site and topic.of_sites else "All"
    return head, [_row(topic, figures, date, place, of_parts) for date in wanted.span.days]


def _row(topic: Topic, figures: Figures, date: dt.date, place: str, of_parts: bool) -> list[Cell]:
    cells: list[Cell] = [date, place]
    for figure in topic.figures:
        value = figures.of(figure).get(date)
        shown = value.shown(figure.kind) if value else None
        cells.append(round(shown, 1) if shown is not None else None)
    if of_parts:
        value = figures.of(topic.figures[0]).get(date)
        cells.append(value.whole if value else None)
    return cells
