"""A snapshot as the PDF prints it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any

from apps.ecg.formats.canonical import Waveform
from apps.reports.models import ReportVersion
from apps.reports.pdf import render
from apps.reports.pdf.content import (
    Acquisition,
    AlgorithmResult,
    Amendment,
    MeasurementRow,
    Patient,
    ReportContent,
    SignatureBlock,
    StatementRow,
    Status,
)
from apps.reports.snapshot import Snapshot, digest

LABELS = {
    "heart_rate_bpm": "Heart rate",
    "rr_ms": "RR",
    "p_ms": "P duration",
    "pr_ms": "PR",
    "qrs_ms": "QRS",
    "qt_ms": "QT",
    "qtc_ms": "QTc, formula not stated",
    "qtc_bazett_ms": "QTc Bazett",
    "qtc_fridericia_ms": "QTc Fridericia",
    "qtc_framingham_ms": "QTc Framingham",
    "qtc_hodges_ms": "QTc Hodges",
    "p_axis_deg": "P axis",
    "qrs_axis_deg": "QRS axis",
    "t_axis_deg": "T axis",
    "pp_ms": "PP",
    "atrial_rate_bpm": "Atrial rate",
}
# What a reader looks for first; the rest follows in the order it was measured.
FIRST = (
    "heart_rate_bpm",
    "pr_ms",
    "qrs_ms",
    "qt_ms",
    "qtc_fridericia_ms",
    "qtc_bazett_ms",
    "qrs_axis_deg",
)
SOURCES = {"device": "Device", "platform": "Platform", "human": "Reader", "model": "Algorithm"}
UNITS = {"deg": "°"}
Kind = ReportVersion.Kind
PAGE_SIZES = {"us": "Letter", "uk": "A4"}


@dataclass(frozen=True, slots=True)
class Signing:
    """What a version adds to its snapshot; None of it for a draft."""

    printed_name: str
    signed_at: dt.datetime
    meaning: str


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


def print_report(
    snapshot: Snapshot,
    rhythm: Waveform,
    median: Waveform | None,
    *,
    version: int,
    region: str,
    kind: str = Kind.READING,
    signing: Signing | None = None,
    amendments: tuple[Amendment, ...] = (),
    addenda: tuple[Added, ...] = (),
    taken: Taken | None = None,
) -> bytes:
    """The PDF of one version. The same arguments give the same bytes."""
    zone = zoneinfo.ZoneInfo(snapshot["acquisition"]["zone"])
    prior = snapshot["prior"]
    return render(
        ReportContent(
            organization=snapshot["organization"],
            site=snapshot["site"],
            patient=_patient(snapshot["patient"]),
            acquisition=_acquisition(snapshot["acquisition"], zone),
            rhythm=rhythm,
            median=median,
            status=_status(signing, kind, amended=bool(amendments)),
            report_id=snapshot["report"],
            version=version,
            content_hash=digest(snapshot),
            trace_id=snapshot["trace_id"],
            measurements=_measurements(snapshot["measurements"], prior, zone),
            statements=tuple(
                StatementRow(row["text"], _source(row)) for row in snapshot["statements"]
            ),
            algorithm_results=tuple(_result(row) for row in snapshot["algorithm_results"]),
            interpretation=_interpretation(snapshot["interpretation"], addenda, taken),
            signature=_signature(signing, zone),
            comparison=_day(prior["acquired_at"], zone) if prior else "",
            amendments=amendments,
            synthetic=snapshot["is_synthetic"],
            page_size="Letter" if PAGE_SIZES.get(region) == "Letter" else "A4",
            quality_notes=tuple(row["message"] for row in snapshot["warnings"]),
        )
    )


def local_text(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """21-Nov-2026 14:02:24 GMT"""
    return moment.astimezone(zone).strftime("%d-%b-%Y %H:%M:%S %Z")


def _day(text: str, zone: zoneinfo.ZoneInfo) -> str:
    return dt.datetime.fromisoformat(text).astimezone(zone).strftime("%d-%b-%Y")


def _interpretation(text: str, addenda: tuple[Added, ...], taken: Taken | None) -> str:
    """The addenda stand beneath the text they add to; a retraction before all of it."""
    parts = [str(taken)] if taken else []
    return "\n\n".join([*parts, text, *map(str, addenda)])


def _status(signing: Signing | None, kind: str, *, amended: bool) -> Status:
    if signing is None:
        return Status.UNCONFIRMED
    if kind == Kind.RETRACTION:
        return Status.RETRACTED
    if kind == Kind.ADDENDUM:
        return Status.ADDENDED
    return Status.AMENDED if amended else Status.FINAL


def _signature(signing: Signing | None, zone: zoneinfo.ZoneInfo) -> SignatureBlock | None:
    if signing is None:
        return None
    return SignatureBlock(
        signing.printed_name, local_text(signing.signed_at, zone), signing.meaning
    )


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
    )


def _acquisition(row: dict[str, Any], zone: zoneinfo.ZoneInfo) -> Acquisition:
    acquired = row["acquired_at"]
    device = " ".join(word for word in (row["device"], row["software"]) if word)
    return Acquisition(
        acquired=local_text(dt.datetime.fromisoformat(acquired), zone) if acquired else "",
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


def _measurements(
    rows: list[dict[str, Any]], prior: dict[str, Any] | None, zone: zoneinfo.ZoneInfo
) -> tuple[MeasurementRow, ...]:
    date = _day(prior["acquired_at"], zone) if prior else ""
    return tuple(
        MeasurementRow(
            label=label_of(row["name"]),
            value=_shown(row["value"]),
            unit=UNITS.get(row["unit"], row["unit"]),
            method=row["method"],
            source=SOURCES[row["source"]],
            prior_value=_prior_value(row, prior),
            prior_date=date,
        )
        for row in sorted(rows, key=_place)
    )


def label_of(name: str) -> str:
    """In words; a number before it was edited, or of an expert, says so."""
    for prefix in ("original", "expert"):
        if name.startswith(f"{prefix}_"):
            return f"{label_of(name.removeprefix(prefix + '_'))}, {prefix}"
    return LABELS.get(name, name)


def _place(row: dict[str, Any]) -> tuple[bool, int]:
    """The platform's numbers before the device's; the sort keeps equal places in order."""
    name = row["name"]
    return row["source"] != "platform", FIRST.index(name) if name in FIRST else len(FIRST)


def _prior_value(row: dict[str, Any], prior: dict[str, Any] | None) -> str:
    """Only like is compared with like: the platform's number with the platform's."""
    if prior is None or row["source"] != "platform":
        return ""
    value = prior["values"].get(row["name"])
    return _shown(value) if value is not None else ""


def _shown(value: str) -> str:
    """Whole ms, beats and degrees, as readers use them; the exact number stays in the record."""
    return str(round(float(value)))


def _source(row: dict[str, Any]) -> str:
    words = [SOURCES[row["source"]].lower(), row["method"]]
    return " ".join(word for word in words if word)


def _result(row: dict[str, Any]) -> AlgorithmResult:
    if row["status"] == "succeeded":
        output = "; ".join(row["statements"]) or "no statement"
    else:
        output = f"{row['status'].replace('_', ' ')}: {row['reason']}"
    return AlgorithmResult(row["name"], row["version"], output, row["intended_use"], row["limits"])
