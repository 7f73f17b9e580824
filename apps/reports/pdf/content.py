"""Everything a printed report says, as plain values: the renderer asks nobody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import Layout

PageSize = Literal["A4", "Letter"]
Sex = Literal["", "M", "F", "O"]


class Status(StrEnum):
    UNCONFIRMED = "UNCONFIRMED"
    PRELIMINARY = "PRELIMINARY"
    FINAL = "FINAL"
    AMENDED = "AMENDED"
    ADDENDED = "ADDENDED"
    RETRACTED = "RETRACTED"


@dataclass(frozen=True, slots=True)
class Patient:
    """Identity as it is to be printed; empty or None prints “Not known”."""

    family_name: str = ""
    given_name: str = ""
    name_prefix: str = ""
    born_on: dt.date | None = None
    age: str = ""
    sex: Sex = ""
    mrn: str = ""
    assigning_authority: str = ""
    nhs_number: str = ""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How the recording was made; `acquired` is local time with its zone in words."""

    acquired: str
    device: str = ""
    electrode_system: str = ""
    filters: str = ""
    accession_number: str = ""
    order_number: str = ""
    ordering_provider: str = ""


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """One number with unit, method and source; an empty value prints “not measured”."""

    label: str
    value: str
    unit: str
    method: str = ""
    source: str = ""
    flag: str = ""
    prior_value: str = ""
    prior_date: str = ""


@dataclass(frozen=True, slots=True)
class StatementRow:
    text: str
    source: str
    decision: str = ""


@dataclass(frozen=True, slots=True)
class AlgorithmResult:
    name: str
    version: str
    output: str
    intended_use: str = ""
    limits: str = ""


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Printed name, local date and time with zone, and meaning, as 21 CFR 11.50 asks."""

    printed_name: str
    signed: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Amendment:
    version: int
    amended: str
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportContent:
    """One version of one report. The same content renders to the same bytes."""

    organization: str
    site: str
    patient: Patient
    acquisition: Acquisition
    rhythm: Waveform
    status: Status
    report_id: str
    version: int
    content_hash: str = ""
    trace_id: str = ""
    median: Waveform | None = None
    measurements: tuple[MeasurementRow, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    algorithm_results: tuple[AlgorithmResult, ...] = ()
    interpretation: str = ""
    signature: SignatureBlock | None = None
    comparison: str = ""
    amendments: tuple[Amendment, ...] = ()
    synthetic: bool = False
    layout: Layout = "3x4+1"
    speed_mm_s: float = 25
    gain_mm_mv: float = 10
    page_size: PageSize = "A4"
    quality_notes: tuple[str, ...] = ()
