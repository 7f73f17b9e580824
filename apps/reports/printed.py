"""A snapshot as the PDF prints it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any

from apps.ecg.formats.canonical import Waveform
from apps.reports.models import ReportVersion
from apps.reports.pdf.content import (
    Acquisition,
    Patient,
    ReportContent,
    SignatureBlock,
    Status,
)
from apps.reports.printed_before import completed
from apps.reports.printed_history import history_rows
from apps.reports.printed_numbers import measurement_rows
from apps.reports.printed_reader import beat_of, reading_rows
from apps.reports.printed_said import result_row, statement_row
from apps.reports.printed_times import local_text, text_of
from apps.reports.snapshot import Snapshot, digest

Kind = ReportVersion.Kind
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


@dataclass(frozen=True, slots=True)
class Added:
    """An addendum as it is printed beneath the interpretation, its signature with it."""

    text: str
    printed_name: str
    signed: str
    meaning: str

    @classmethod
    def of(cls, row: dict[str, Any], zone: zoneinfo.ZoneInfo) -> Added:
        signed = local_text(dt.datetime.fromisoformat(row["signed_at"]), zone)
        return cls(row["text"], row["printed_name"], signed, row["meaning"])

    def __str__(self) -> str:
        return f"ADDENDUM, {self.signed}, {self.printed_name} ({self.meaning})\n{self.text}"


@dataclass(frozen=True, slots=True)
class Taken:
    """Why a report was retracted and who decided it, as printed above the interpretation."""

    reason: str
    asked: str
    approved: str

    @classmethod
    def of(cls, row: dict[str, Any], zone: zoneinfo.ZoneInfo) -> Taken:
        asked, approved = (
            f"{row[f'{step}_by']}, {local_text(dt.datetime.fromisoformat(row[f'{step}_at']), zone)}"
            for step in ("asked", "approved")
        )
        return cls(row["reason"], asked, approved)

    def __str__(self) -> str:
        return (
            "ENTERED IN ERROR: this report is of another patient. Do not use it.\n"
            f"Reason: {self.reason}\nAsked for by {self.asked}\nApproved by {self.approved}"
        )


def content_of(
    snapshot: Snapshot,
    rhythm: Waveform,
    median: Waveform | None,
    *,
    version: int,
    region: str,
    kind: str = Kind.READING,
    signing: Signing | None = None,
    history: list[dict[str, Any]] | None = None,
    addenda: tuple[Added, ...] = (),
    taken: Taken | None = None,
) -> ReportContent:
    """What is printed of one version. The same arguments give the same content.

    `history` ends with the version being made; without it, it is the snapshot's and the signing.
    """
    signed, snapshot = snapshot, completed(snapshot)
    zone = zoneinfo.ZoneInfo(snapshot["acquisition"]["zone"])
    events = history or [*snapshot["history"], *_event(signing, version)]
    return ReportContent(
        organization=snapshot["organization"],
        site=snapshot["site"],
        patient=_patient(snapshot["patient"]),
        acquisition=_acquisition(snapshot["acquisition"], zone),
        rhythm=rhythm,
        beat=beat_of(snapshot["beats"], rhythm, median),
        status=_status(signing, kind, version),
        report_id=snapshot["report"],
        version=version,
        content_hash=digest(signed),
        trace_id=snapshot["trace_id"],
        measurements=measurement_rows(snapshot["measurements"], snapshot["prior"], zone),
        readings=reading_rows(snapshot, zone),
        statements=tuple(statement_row(row, zone) for row in snapshot["statements"]),
        algorithm_results=tuple(result_row(row, zone) for row in snapshot["algorithm_results"]),
        interpretation=_interpretation(snapshot["interpretation"], addenda, taken),
        signature=_signature(signing, zone),
        comparison=_comparison(snapshot, zone),
        history=history_rows(events, zone),
        synthetic=snapshot["is_synthetic"],
        page_size="Letter" if PAGE_SIZES.get(region) == "Letter" else "A4",
        quality_notes=tuple(row["message"] for row in snapshot["warnings"]),
    )


def _interpretation(text: str, addenda: tuple[Added, ...], taken: Taken | None) -> str:
    """The addenda stand beneath the text they add to; a retraction before all of it."""
    parts = [str(taken)] if taken else []
    return "\n\n".join([*parts, text, *map(str, addenda)])


def _status(signing: Signing | None, kind: str, version: int) -> Status:
    if signing is None:
        return Status.UNCONFIRMED
    if kind == Kind.RETRACTION:
        return Status.RETRACTED
    if kind == Kind.ADDENDUM:
        return Status.ADDENDED
    return Status.AMENDED if version > 1 else Status.FINAL


def _signature(signing: Signing | None, zone: zoneinfo.ZoneInfo) -> SignatureBlock | None:
    if signing is None:
        return None
    return SignatureBlock(
        signing.printed_name, local_text(signing.signed_at, zone), signing.meaning
    )


def _event(signing: Signing | None, version: int) -> list[dict[str, Any]]:
    """The signing itself ends the history."""
    if signing is None:
        return []
    return [
        {
            "kind": "signed" if version == 1 else "amended",
            "version": version,
            "at": signing.signed_at.isoformat(),
            "by": signing.printed_name,
            "reason": signing.reason,
        }
    ]


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
    acquired, order = row["acquired_at"], row.get("order", {})
    device = " ".join(word for word in (row["device"], row["software"]) if word)
    return Acquisition(
        acquired=text_of(acquired, zone) if acquired else "",
        device=device,
        electrode_system=row["electrode_system"],
        filters=filter_text(row["filters"]),
        accession_number=row["accession_number"] or order.get("accession_number", ""),
        order_number=_order_number(order),
        ordering_provider=order.get("requester", ""),
    )


def _order_number(order: dict[str, str]) -> str:
    """The placer's with who assigned it, else the filler's; empty where the ECG answers none."""
    for name in ("placer", "filler"):
        if order.get(f"{name}_number"):
            return f"{order[f'{name}_number']} {order.get(f'{name}_authority', '')}".strip()
    return ""


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
