"""The page of a patient: every ECG by year, trends of its numbers, what waits for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from apps.ecg import queries as ecg
from apps.ecg.models import Patient, Recording
from apps.ingestion.case_queries import open_cases_of
from apps.ingestion.mismatches import mismatches_of
from apps.reports.models import Report
from apps.reports.queries import statuses_of
from apps.tenants.access import Active
from apps.web import trends, viewing
from apps.web.identity import Identity, identity_of
from apps.web.times import acquired, day, zone_of

# A reading of the wrong patient is retracted, never removed.
STRUCK = {"entered_in_error": "Retracted"}
REPEATS = "Repeats another"


class NotTwo(Exception):
    """Other than two of the patient's ECGs were ticked; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `struck` says why it does not count, where it does not."""

    recording: Recording
    acquired: str
    report: Report | None
    numbers: str
    struck: str

    @property
    def year(self) -> str:
        at = self.recording.acquired_at
        return str(at.astimezone(zone_of(self.recording)).year) if at else "Time not known"


def page_of(active: Active, patient: Patient, zone: ZoneInfo) -> dict[str, Any]:
    """Everything but the banner. The same number of queries however many ECGs there are."""
    recordings = ecg.recordings_of(active, patient)
    measured = ecg.measurements_of(active, recordings)
    reports = statuses_of(active, recordings)
    rows = {row.recording.pk: row for row in trends.rows(recordings, measured, None, zone)}
    entries = [
        Entry(
            row,
            acquired(row),
            reports.get(row.pk),
            _numbers(rows.get(row.pk)),
            struck(row, reports.get(row.pk)),
        )
        for row in recordings
    ]
    return {
        "years": [(year, list(group)) for year, group in groupby(entries, lambda e: e.year)],
        "count": len(recordings),
        "most": ecg.MOST_RECORDINGS,
        **_trends([entry.recording for entry in entries if not entry.struck], measured, zone),
        **_waiting(active, patient, recordings),
    }


def struck(recording: Recording, report: Report | None) -> str:
    if report is not None and str(report.status) in STRUCK:
        return STRUCK[str(report.status)]
    return REPEATS if recording.duplicate_of_id else ""


def two_of(recordings: Iterable[Recording], ticked: Iterable[str]) -> tuple[Recording, Recording]:
    """The newer and the older of the two that were ticked. Raises NotTwo."""
    wanted = set(ticked)
    found = [row for row in recordings if str(row.public_id) in wanted]
    if len(found) != 2:
        raise NotTwo("Tick two ECGs to compare them.")
    return found[0], found[1]


def _numbers(row: trends.Row | None) -> str:
    """HR 62 /min, QRS 96 ms; what was not measured is left out."""
    if row is None:
        return ""
    pairs = zip(trends.KINDS, row.values, strict=True)
    return ", ".join(f"{label} {value} {unit}" for (_, label, unit), value in pairs if value != "–")


def _trends(
    standing: list[Recording], measured: dict[int, list[Any]], zone: ZoneInfo
) -> dict[str, Any]:
    """Of the newest one's lead system: numbers of others are not set beside it."""
    timed = [row for row in standing if row.acquired_at is not None]
    alike = [row for row in timed if viewing.comparable(timed[0], row)]
    return {
        "trends": trends.trends(alike, measured, None, zone),
        "trend_rows": trends.rows(alike, measured, None, zone),
        "trend_kinds": [(label, unit) for _, label, unit in trends.KINDS],
        "left_out": len(timed) - len(alike),
    }


def _waiting(active: Active, patient: Patient, recordings: list[Recording]) -> dict[str, Any]:
    """Open questions about any of the ECGs, and files whose sender names this patient."""
    files = mismatches_of(active, patient) if active.may("resolve_identity") else []
    return {"questions": open_cases_of(active, recordings), "differing": files}


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A patient among those found; `newest` is the day of the newest ECG."""

    patient: Patient
    identity: Identity
    newest: str


def found_rows(patients: Iterable[Any], zone: ZoneInfo, now: dt.datetime) -> list[FoundRow]:
    today = now.astimezone(zone).date()
    return [_found(one, zone, today) for one in patients]


def _found(one: Any, zone: ZoneInfo, today: dt.date) -> FoundRow:
    pairs = [(row.value, row.assigning_authority) for row in one.identifiers.all()]
    newest = day(one.newest.astimezone(zone).date()) if one.newest else "none with a time"
    return FoundRow(one, identity_of(one, pairs, today), newest)
