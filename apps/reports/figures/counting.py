"""Counting one day of the scope's organization, from the rows themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.audit.models import Alarm
from apps.audit.timeline import events_in
from apps.core.leases import Leased
from apps.core.percentile import Percentile
from apps.core.scope import required_organization
from apps.ecg.model_recording import Source
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress, OrderLink
from apps.reports.figures.definitions import FIGURES
from apps.reports.models import DayFigure, Signature, StatementDecision

Verdict = StatementDecision.Verdict

OPENED = (
    *("ecg.recording.viewed", "ecg.recording.compared"),
    *("reports.report.viewed", "reports.report.previewed", "reports.report.downloaded"),
    *("ingestion.original.downloaded", "ingestion.document.downloaded"),
)
ENTERED = "tenants.organization.entered"
STOPPED = (Leased.State.QUARANTINED, Leased.State.DEAD)
WARNED = Q(checks__contains=[{"level": "warn"}])

Site = int | None


@dataclass(frozen=True, slots=True)
class Counted:
    figure: str
    site: Site
    part: int | None
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """From its first moment to before the next day's: 23 or 25 hours where clocks change."""

    date: dt.date
    zone: ZoneInfo

    @property
    def begins(self) -> dt.datetime:
        return dt.datetime.combine(self.date, dt.time(), self.zone).astimezone(dt.UTC)

    @property
    def ends(self) -> dt.datetime:
        return Day(self.date + dt.timedelta(days=1), self.zone).begins

    def of(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.begins, f"{field}__lt": self.ends})


@transaction.atomic
def count_day(day: Day, now: dt.datetime) -> None:
    """Write every figure of the day; what was counted before is replaced."""
    found = [*_recordings(day), *_signed(day), *_decisions(day), *_files(day), *_events(day)]
    known = {(row.figure, row.site) for row in found}
    found += [Counted(name, None, _nothing(name)) for name in FIGURES if (name, None) not in known]
    held = DayFigure.objects.filter(day=day.date).values_list("figure", "site_id")
    found += [
        Counted(name, site, _nothing(name))
        for name, site in held
        if site is not None and (name, site) not in known
    ]
    _write(day.date, found, now)


def _nothing(figure: str) -> int | None:
    """A percentile of nothing is nothing; a count of nothing is 0."""
    return None if figure.startswith("turnaround") else 0


def _write(date: dt.date, found: Iterable[Counted], now: dt.datetime) -> None:
    organization_id = required_organization()
    DayFigure.objects.bulk_create(
        [
            DayFigure(
                organization_id=organization_id,
                day=date,
                site_id=row.site,
                figure=row.figure,
                part=row.part,
                whole=row.whole,
                counted_at=now,
            )
            for row in found
        ],
        update_conflicts=True,
        unique_fields=["organization", "site", "day", "figure"],
        update_fields=["part", "whole", "counted_at"],
    )


def _summed(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Each site's counts, and the sums under no site."""
    total: dict[str, Any] = {}
    for row in rows:
        if row["place"] is not None:
            yield row
        for name, value in row.items():
            total[name] = None if name == "place" else total.get(name, 0) + value
    if total:
        yield total


def _recordings(day: Day) -> Iterator[Counted]:
    rows = Recording.objects.filter(day.of("received_at"), duplicate_of=None).order_by()
    counted = rows.values(place=F("site_id")).annotate(
        all=Count("id"),
        warned=Count("id", filter=WARNED),
        ordered=Count("id", filter=Exists(_linked())),
    )
    for row in _summed(counted):
        site, received = row["place"], row["all"]
        yield Counted("volume", site, received)
        yield Counted("quality", site, received - row["warned"], received)
        yield Counted("order_link", site, row["ordered"], received)


def _linked() -> QuerySet[OrderLink]:
    return OrderLink.objects.filter(recording=OuterRef("pk"), ended_at=None)


def _signed(day: Day) -> Iterator[Counted]:
    recording = "version__report__recording"
    rows = Signature.objects.filter(
        day.of("signed_at"), **{"version__number": 1, f"{recording}__is_canary": False}
    ).order_by()
    timed = Q(**{f"{recording}__acquired_at__lte": F("signed_at")})
    took = F("signed_at") - F(f"{recording}__acquired_at")
    figures = {
        "all": Count("id"),
        "timed": Count("id", filter=timed),
        "p50": Percentile(took, at=0.5, filter=timed),
        "p90": Percentile(took, at=0.9, filter=timed),
    }
    by_site = rows.values(place=F(f"{recording}__site_id")).annotate(**figures)
    whole = rows.aggregate(**figures) | {"place": None}
    for row in [*(one for one in by_site if one["place"] is not None), whole]:
        yield Counted("signed", row["place"], row["all"])
        for rank in ("p50", "p90"):
            took_s = None if row[rank] is None else int(row[rank].total_seconds())
            yield Counted(f"turnaround_{rank}", row["place"], took_s, row["timed"])


def _decisions(day: Day) -> Iterator[Counted]:
    rows = StatementDecision.objects.filter(day.of("decided_at"), source=Source.MODEL)
    last = rows.order_by("report_id", "subject", "-id").distinct("report_id", "subject")
    kept: QuerySet[StatementDecision] = StatementDecision.objects.filter(pk__in=last.values("pk"))
    counted = (
        kept.filter(report__recording__is_canary=False)
        .order_by()
        .values(place=F("report__recording__site_id"))
        .annotate(all=Count("id"), accepted=Count("id", filter=Q(verdict=Verdict.ACCEPTED)))
    )
    for row in _summed(counted):
        yield Counted("agreement", row["place"], row["accepted"], row["all"])


def _files(day: Day) -> Iterator[Counted]:
    rows = Ingress.objects.filter(day.of("received_at"), is_canary=False).order_by()
    counted = rows.values(place=F("site_id")).annotate(
        all=Count("id"), stopped=Count("id", filter=Q(state__in=STOPPED))
    )
    for row in _summed(counted):
        yield Counted("files", row["place"], row["all"])
        yield Counted("stopped", row["place"], row["stopped"], row["all"])


def _events(day: Day) -> Iterator[Counted]:
    events = events_in(day.begins, day.ends).filter(code__in=[*OPENED, ENTERED]).order_by()
    counts = dict(events.values_list("code").annotate(Count("id")))
    entries = counts.pop(ENTERED, 0)
    yield Counted("visits", None, entries)
    yield Counted("reads", None, sum(counts.values()))
    yield Counted("alarms", None, Alarm.objects.filter(day.of("raised_at")).count())
