"""Everything the study page shows of one recording."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from apps.core.leases import Leased
from apps.ecg import queries as ecg
from apps.ecg.age import age_at
from apps.ecg.models import Measurement, Patient, Recording
from apps.ecg.readers_numbers import readers_numbers
from apps.ecg.waveforms import samples_name
from apps.inference.waits import waits_of
from apps.reports.lifecycle import allows
from apps.reports.models import Report
from apps.tenants.access import Active
from apps.tenants.models import User
from apps.web import numbers, statements, viewing
from apps.web.checks import check_counts, check_rows
from apps.web.identity import identity_on
from apps.web.orders import shown_on
from apps.web.results import AlgorithmResult, algorithm_results
from apps.web.statements import Shown
from apps.web.study_rows import Rows, Sent, read, read_deliveries
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
    return series_in(ecg.recordings_of(active, recording.patient), recording)


def last_prior(active: Active, recording: Recording) -> Recording | None:
    """The newest ECG of its patient that was surely made before it."""
    return last_before(active, recording, recording.patient)


def last_before(active: Active, recording: Recording, patient: Patient) -> Recording | None:
    """The same of any patient, whose ECG it may be."""
    return series_in(ecg.recordings_of(active, patient), recording).prior


def series_in(held: list[Recording], recording: Recording) -> Series:
    places = [index for index, row in enumerate(held) if row.pk == recording.pk]
    if not places:
        return Series([recording, *held], 0)
    return Series(held, places[0])


def study(active: Active, recording: Recording, reader: User) -> dict[str, Any]:
    """Context of the study page, all read in the request's transaction and one round trip.

    What the reader may not see yet is not in it at all.
    """
    zone = zone_of(recording)
    rows = read(active, recording, reader)
    series = series_in(rows.series, recording)
    return {
        "recording": recording,
        "zone": zone,
        "identity": identity_on(recording),
        "acquired": acquired(recording),
        "series": series,
        "prior_day": day_of(series.older, zone) if series.older else "",
        "priors": viewing.priors(recording, series.earlier, zone),
        "median": "median" in rows.waves,
        "samples_name": samples_name(rows.waves["rhythm"]) if "rhythm" in rows.waves else "",
        "foot": foot(recording),
        "questions": rows.questions,
        **shown_on(rows.order, rows.order_case),
        "may_resolve": active.may("resolve_identity"),
        "checks": check_rows(recording.checks),
        "check_counts": check_counts(recording.checks),
        **_reading(active, recording, series.prior, rows),
        **_report(active, rows),
    }


def _report(active: Active, rows: Rows) -> dict[str, Any]:
    report, versions = rows.report, rows.versions
    is_open = report is not None and report.status in Report.OPEN
    return {
        "report": report,
        "criticals": rows.criticals,
        "drafts_beside": rows.kept_drafts,
        "may_raise": active.may("raise_critical"),
        "versions": versions,
        "signed": versions[0] if versions else None,
        **(_deliveries(rows) if versions else {}),
        "may_edit": is_open and active.may("edit_report"),
        "may_submit": is_open and active.may("submit_report"),
        "may_sign": is_open and active.may("sign_report"),
        **_afterwards(active, rows),
        "may_reopen": active.may("edit_report"),
        "next_version": (report.version_count + 1) if report else 1,
    }


def _afterwards(active: Active, rows: Rows) -> dict[str, Any]:
    """What may be done to a report that is signed."""
    report = rows.report
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
        "retraction": rows.retraction,
        "addenda_beside": rows.unsigned_addenda,
    }


def delivery_part(active: Active, report: Report) -> dict[str, Any]:
    """Its messages, whether one is still on its way, and whether one could not be made."""
    return _deliveries(read_deliveries(active, report))


def _deliveries(rows: Sent) -> dict[str, Any]:
    queueing = {run.state for run in rows.stages if run.stage == "deliver"}
    waiting = {row.state for row in rows.deliveries if row.status == row.Status.QUEUED}
    return {
        "deliveries": rows.deliveries,
        "polling": bool(MOVING & (queueing | waiting)),
        "not_queued": Leased.State.DEAD in queueing,
    }


def _reading(
    active: Active, recording: Recording, prior: Recording | None, rows: Rows
) -> dict[str, Any]:
    measured, found = rows.measured, rows.found
    analysis, kept = rows.analysis, rows.kept
    signed_at: dt.datetime | None = rows.versions[0].created_at if rows.versions else None
    person = numbers.Person(recording.patient.sex, age_at(recording))
    return {
        "table": numbers.table(
            measured.get(recording.pk, []),
            analysis,
            person,
            _prior(recording, prior, measured),
            readers_numbers(recording, analysis, kept, measured.get(recording.pk, [])),
        ),
        "beats": viewing.beats(recording, analysis, kept),
        **viewing.kept_part(active, recording, kept),
        "not_compared": viewing.DIFFERENT_LEADS
        if prior and not comparable(recording, prior)
        else "",
        **statements.shown_to_reader(
            Shown(rows.hidden, rows.decisions),
            found.get(recording.pk, []),
            found.get(prior.pk, []) if prior else [],
            _results(active, rows, signed_at),
        ),
    }


def _results(active: Active, rows: Rows, signed_at: dt.datetime | None) -> list[AlgorithmResult]:
    return algorithm_results(rows.runs, signed_at, rows.decisions, waits_of(active, rows.runs))


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
