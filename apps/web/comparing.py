"""Serial comparison: this recording beside an older one, and what changed between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.ecg import queries as ecg
from apps.ecg.age import age_at
from apps.ecg.model_recording import Source
from apps.ecg.models import Measurement, Recording
from apps.reports import queries as reports
from apps.tenants.access import Active
from apps.web import numbers, statements, trends, viewing
from apps.web.identity import identity_on
from apps.web.study import Series, foot
from apps.web.times import acquired, zone_of

CHANGES = (
    ("heart_rate_bpm", "HR", "/min"),
    ("pr_ms", "PR", "ms"),
    ("qrs_ms", "QRS", "ms"),
    ("qt_ms", "QT", "ms"),
    (numbers.QTC, "QTc Fridericia", "ms"),
    ("qtc_bazett_ms", "QTc Bazett", "ms"),
)


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    unit: str
    now: str
    then: str
    change: str
    flag: str


def comparison(
    active: Active, recording: Recording, prior: Recording, series: Series
) -> dict[str, Any]:
    """Context of the page; both recordings are of one patient."""
    zone = zone_of(recording)
    alike = [row for row in series.recordings if viewing.comparable(recording, row)]
    measured = ecg.measurements_of(active, [*alike, prior])
    is_comparable = viewing.comparable(recording, prior)
    report = reports.report_of(active, recording)
    return {
        "recording": recording,
        "prior": prior,
        "report": report,
        "identity": identity_on(recording),
        "acquired": acquired(recording),
        "prior_acquired": acquired(prior),
        "zone": zone,
        "day": viewing.day_of(recording, zone),
        "prior_day": viewing.day_of(prior, zone),
        "earlier": series.earlier,
        "foot": foot(recording),
        "prior_foot": foot(prior),
        "not_compared": "" if is_comparable else viewing.DIFFERENT_LEADS,
        "changes": _changes(recording, prior, measured) if is_comparable else [],
        **(_statements(active, recording, prior) if is_comparable else {}),
        "trends": trends.trends(alike, measured, recording, zone),
        "trend_rows": trends.rows(alike, measured, recording, zone),
        "trend_kinds": [(label, unit) for _, label, unit in trends.KINDS],
        "left_out": len(series.recordings) - len(alike),
    }


def _changes(
    recording: Recording, prior: Recording, measured: dict[int, list[Measurement]]
) -> list[Change]:
    now, then = (
        numbers.by_source(measured.get(row.pk, []), Source.PLATFORM) for row in (recording, prior)
    )
    person = numbers.Person(recording.patient.sex, age_at(recording))
    marks = numbers.flags(now, person)
    found = [
        Change(
            label,
            unit,
            numbers.whole(now[name]) if name in now else "–",
            numbers.whole(then[name]) if name in then else "–",
            numbers.difference(now, then, name),
            marks.get(name, ""),
        )
        for name, label, unit in CHANGES
    ]
    axes = (
        Change(
            f"{wave} axis",
            "°",
            numbers.whole(now[name]) if name in now else "–",
            numbers.whole(then[name]) if name in then else "–",
            numbers.turn(now, then, name).removesuffix("°") or "–",
            "",
        )
        for wave, name in zip(("P", "QRS", "T"), numbers.AXES, strict=True)
    )
    return [*found, *axes]


def _statements(active: Active, recording: Recording, prior: Recording) -> dict[str, Any]:
    """Machine statements that are on one of both only."""
    found = ecg.findings_of(active, [recording, prior])
    now, then = found.get(recording.pk, []), found.get(prior.pk, [])
    fresh = statements.machine_statements(now, then)
    gone = statements.machine_statements(then, now)
    return {
        "appeared": [row for row in fresh if not row.on_prior],
        "gone": [row for row in gone if not row.on_prior],
        "stayed": [row for row in fresh if row.on_prior],
    }
