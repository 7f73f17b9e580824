"""Everything the study page shows of one recording."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from apps.core.leases import Leased
from apps.ecg import queries as ecg
from apps.ecg.age import age_years
from apps.ecg.models import Measurement, Recording
from apps.inference.queries import runs_of
from apps.ingestion.case_queries import cases_of
from apps.integrations.queries import deliveries_of
from apps.reports import queries as reports
from apps.reports.decisions import decisions_of
from apps.reports.lifecycle import allows
from apps.reports.models import Report, ReportVersion
from apps.reports.reading_first import hidden_from
from apps.reports.retractions import retraction_of
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.web import numbers, statements, viewing
from apps.web.checks import check_counts, check_rows
from apps.web.identity import identity_on
from apps.web.statements import Shown
from apps.web.times import acquired, zone_of
from apps.web.viewing import comparable, day_of

MOVING = {Leased.State.RECEIVED, Leased.State.PROCESSING}


@dataclass(frozen=True, slots=True)
class Series:
    """A patient's recordings, newest first, and where this one stands among them."""

    recordings: list[Recording]
    place: int

    @property
    def newer(self) -> Recording | None:
        return self.recordings[self.place - 1] if self.place > 0 else None

    @property
    def older(self) -> Recording | None:
        rest = self.recordings[self.place + 1 :]
        return rest[0] if rest else None

    @property
    def prior(self) -> Recording | None:
        """The newest that is surely earlier: one without a time is compared with nothing."""
        return next(iter(self.earlier), None)

    @property
    def earlier(self) -> list[Recording]:
        """Those surely made before this one, newest first; none where its time is not known."""
        here = self.recordings[self.place].acquired_at
        if here is None:
            return []
        rest = self.recordings[self.place + 1 :]
        return [row for row in rest if row.acquired_at and row.acquired_at < here]

    @property
    def others(self) -> list[Recording]:
        return [row for index, row in enumerate(self.recordings) if index != self.place]

    @property
    def priors(self) -> int:
        return len(self.recordings) - self.place - 1


def series_of(active: Active, recording: Recording) -> Series:
    held = ecg.recordings_of(active, recording.patient)
    places = [index for index, row in enumerate(held) if row.pk == recording.pk]
    if not places:
        return Series([recording, *held], 0)
    return Series(held, places[0])


def study(active: Active, recording: Recording, reader: User) -> dict[str, Any]:
    """Context of the study page, all read in the request's transaction.

    What the reader may not see yet is not in it at all.
    """
    zone = zone_of(recording)
    series = series_of(active, recording)
    report = reports.report_of(active, recording)
    versions = reports.versions_of(active, report) if report else []
    return {
        "recording": recording,
        "zone": zone,
        "identity": identity_on(recording),
        "acquired": acquired(recording),
        "series": series,
        "prior_day": day_of(series.older, zone) if series.older else "",
        "priors": viewing.priors(recording, series.earlier, zone),
        "median": ecg.has_median(active, recording),
        "foot": foot(recording),
        "questions": cases_of(active, recording),
        "checks": check_rows(recording.checks),
        "check_counts": check_counts(recording.checks),
        **_reading(active, recording, series.prior, versions, _shown(active, report, reader)),
        **report_part(active, report, versions),
    }


def report_part(
    active: Active, report: Report | None, versions: list[ReportVersion]
) -> dict[str, Any]:
    is_open = report is not None and report.status in Report.OPEN
    return {
        "report": report,
        "criticals": list(report.criticals.order_by("raised_at")) if report else [],
        "may_raise": active.may("raise_critical"),
        "versions": versions,
        "signed": versions[0] if versions else None,
        **(delivery_part(active, report) if report and versions else {}),
        "may_edit": is_open and active.may("edit_report"),
        "may_submit": is_open and active.may("submit_report"),
        "may_sign": is_open and active.may("sign_report"),
        **_afterwards(active, report),
        "may_reopen": active.may("edit_report"),
        "next_version": (report.version_count + 1) if report else 1,
    }


def _afterwards(active: Active, report: Report | None) -> dict[str, Any]:
    """What may be done to a report that is signed."""
    if report is None or not report.version_count:
        return {}
    unlocks = allows(report, "unlock") and active.may("unlock_report")
    signs = active.may("sign_report")
    return {
        # A locked one is unlocked by whoever amends it.
        "may_amend": signs and (allows(report, "amend") or unlocks),
        "may_unlock": unlocks and not signs,
        "may_add": signs and allows(report, "add"),
        "may_retract": active.may("ask_retraction") and allows(report, "ask_retraction"),
        "may_approve_retraction": active.may("approve_retraction"),
        "retraction": retraction_of(report),
    }


def delivery_part(active: Active, report: Report) -> dict[str, Any]:
    """Its messages, whether one is still on its way, and whether one could not be made."""
    sent = deliveries_of(active, report)
    runs = ecg.stage_runs_of(active, [report.recording_id]).get(report.recording_id, [])
    queueing = {run.state for run in runs if run.stage == "deliver"}
    waiting = {row.state for row in sent if row.status == row.Status.QUEUED}
    return {
        "deliveries": sent,
        "polling": bool(MOVING & (queueing | waiting)),
        "not_queued": Leased.State.DEAD in queueing,
    }


def _shown(active: Active, report: Report | None, reader: User) -> Shown:
    decisions = decisions_of(report) if report else {}
    return Shown(hidden_from(active, report, reader), decisions)


def _reading(
    active: Active,
    recording: Recording,
    prior: Recording | None,
    versions: list[ReportVersion],
    shown: Shown,
) -> dict[str, Any]:
    both = [recording, prior] if prior else [recording]
    measured = ecg.measurements_of(active, both)
    found = ecg.findings_of(active, both)
    analysis = ecg.analysis_of(active, recording)
    signed_at: dt.datetime | None = versions[0].created_at if versions else None
    kept = ecg.kept_measurements_of(active, recording)
    person = numbers.Person(
        recording.patient.sex, age_years(recording.patient, recording.acquired_at)
    )
    return {
        "table": numbers.table(
            measured.get(recording.pk, []),
            analysis,
            person,
            _prior(recording, prior, measured),
            viewing.readers_numbers(recording, analysis, kept, measured.get(recording.pk, [])),
        ),
        "beats": viewing.beats(recording, analysis, kept),
        **viewing.kept_part(active, recording, kept),
        "not_compared": viewing.DIFFERENT_LEADS
        if prior and not comparable(recording, prior)
        else "",
        **statements.shown_to_reader(
            shown,
            found.get(recording.pk, []),
            found.get(prior.pk, []) if prior else [],
            runs_of(active, [recording.pk]),
            signed_at,
        ),
    }


def _prior(
    recording: Recording, prior: Recording | None, measured: dict[int, list[Measurement]]
) -> tuple[str, list[Measurement]] | None:
    if prior is None or not comparable(recording, prior):
        return None
    return day_of(prior, zone_of(recording)), measured.get(prior.pk, [])


def foot(recording: Recording) -> list[str]:
    """Filter, leads, device and accession number as recorded."""
    rate = f"{recording.sampling_rate_hz.normalize():f} Hz"
    placed = f"{recording.electrode_system} placement" if recording.electrode_system else ""
    leads = f"{len(recording.lead_names)} leads, {placed or 'placement not stated'}"
    parts = [filters_in_words(recording.filters), f"{leads}, {rate}"]
    place = ", ".join(str(part) for part in (recording.device, recording.site) if part is not None)
    accession = recording.accession_number and f"Accession {recording.accession_number}"
    parts += [place, accession, "Synthetic recording" if recording.is_synthetic else ""]
    return [part for part in parts if part]


def filters_in_words(filters: dict[str, float | None]) -> str:
    low, high = filters.get("high_pass_hz"), filters.get("low_pass_hz")
    notch = filters.get("notch_hz")
    band = ""
    if low and high:
        band = f"{low:g}–{high:g} Hz"
    elif low or high:
        band = f"from {low:g} Hz" if low else f"up to {high:g} Hz"
    parts = [part for part in (band, f"notch {notch:g} Hz" if notch else "") if part]
    return f"{', '.join(parts)} as recorded" if parts else "Filters not stated"
