"""A snapshot as the PDF prints it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any

from apps.ecg.formats.canonical import Waveform
from apps.reports.pdf.content import (
    Acquisition,
    Event,
    Patient,
    ReportContent,
    SignatureBlock,
    Status,
)
from apps.reports.printed_history import history_rows
from apps.reports.printed_numbers import measurement_rows
from apps.reports.printed_reader import beat_of, reading_rows
from apps.reports.printed_said import result_row, statement_row
from apps.reports.printed_times import local_text, text_of
from apps.reports.snapshot import Snapshot, digest

PAGE_SIZES = {"us": "Letter", "uk": "A4"}
TIMELESS = "Not compared: the time of this ECG is not known."
FIRST_ECG = "First ECG for this patient here."


@dataclass(frozen=True, slots=True)
class Signing:
    """What a version adds to its snapshot; None of it for a draft."""

    printed_name: str
    signed_at: dt.datetime
    meaning: str
    reason: str = ""


def content_of(
    snapshot: Snapshot,
    rhythm: Waveform,
    median: Waveform | None,
    *,
    version: int,
    region: str,
    signing: Signing | None = None,
) -> ReportContent:
    """What is printed of one version. The same arguments give the same content."""
    zone = zoneinfo.ZoneInfo(snapshot["acquisition"]["zone"])
    return ReportContent(
        organization=snapshot["organization"],
        site=snapshot["site"],
        patient=_patient(snapshot["patient"]),
        acquisition=_acquisition(snapshot["acquisition"], zone),
        rhythm=rhythm,
        beat=beat_of(snapshot["beats"], rhythm, median),
        status=_status(signing, version),
        report_id=snapshot["report"],
        version=version,
        content_hash=digest(snapshot),
        trace_id=snapshot["trace_id"],
        measurements=measurement_rows(snapshot["measurements"], snapshot["prior"], zone),
        readings=reading_rows(snapshot, zone),
        statements=tuple(statement_row(row, zone) for row in snapshot["statements"]),
        algorithm_results=tuple(result_row(row, zone) for row in snapshot["algorithm_results"]),
        interpretation=snapshot["interpretation"],
        signature=_signature(signing, zone),
        comparison=_comparison(snapshot, zone),
        history=(*history_rows(snapshot["history"], zone), *_event(signing, version, zone)),
        synthetic=snapshot["is_synthetic"],
        page_size="Letter" if PAGE_SIZES.get(region) == "Letter" else "A4",
        quality_notes=tuple(row["message"] for row in snapshot["warnings"]),
    )


def _status(signing: Signing | None, version: int) -> Status:
    if signing is None:
        return Status.UNCONFIRMED
    return Status.FINAL if version == 1 else Status.AMENDED


def _signature(signing: Signing | None, zone: zoneinfo.ZoneInfo) -> SignatureBlock | None:
    if signing is None:
        return None
    return SignatureBlock(
        signing.printed_name, local_text(signing.signed_at, zone), signing.meaning
    )


def _event(signing: Signing | None, version: int, zone: zoneinfo.ZoneInfo) -> tuple[Event, ...]:
    """The signing itself ends the history."""
    if signing is None:
        return ()
    row = {
        "kind": "signed" if version == 1 else "amended",
        "version": version,
        "at": signing.signed_at.isoformat(),
        "by": signing.printed_name,
        "reason": signing.reason,
    }
    return history_rows([row], zone)


def _comparison(snapshot: Snapshot, zone: zoneinfo.ZoneInfo) -> str:
    """Both dates, or why nothing is compared."""
    acquired, prior = snapshot["acquisition"]["acquired_at"], snapshot["prior"]
    if not acquired:
        return TIMELESS
    if prior is None:
        return FIRST_ECG
    before, now = text_of(prior["acquired_at"], zone), text_of(acquired, zone)
    if prior["not_compared"]:
        return f"Prior ECG of {before}. {prior['not_compared']}"
    return f"Compared with the ECG of {before}; this one is of {now}."


def _patient(row: dict[str, Any]) -> Patient:
    return Patient(
        family_name=row["family_name"].upper(),
        given_name=row["given_name"],
        name_prefix=row["name_prefix"],
        born_on=dt.date.fromisoformat(row["born_on"]) if row["born_on"] else None,
        age="" if row["age_years"] is None else f"{row['age_years']} y",
        sex=row["sex"],
        mrn=row["mrn"],
        assigning_authority=row["assigning_authority"],
        nhs_number=row["nhs_number"],
    )


def _acquisition(row: dict[str, Any], zone: zoneinfo.ZoneInfo) -> Acquisition:
    acquired = row["acquired_at"]
    device = " ".join(word for word in (row["device"], row["software"]) if word)
    return Acquisition(
        acquired=text_of(acquired, zone) if acquired else "",
        device=device,
        electrode_system=row["electrode_system"],
        filters=filter_text(row["filters"]),
        accession_number=row["accession_number"],
    )


def filter_text(filters: dict[str, float | None]) -> str:
    """“0.05–150 Hz, notch 50 Hz as recorded”; says so where the file is silent."""
    high, low, notch = (filters.get(k) for k in ("high_pass_hz", "low_pass_hz", "notch_hz"))
    parts = []
    if high is not None or low is not None:
        ends = ["?" if end is None else f"{end:g}" for end in (high, low)]
        parts.append(f"{ends[0]}–{ends[1]} Hz")
    if notch:
        parts.append(f"notch {notch:g} Hz")
    return f"{', '.join(parts)} as recorded" if parts else "filters not stated"
