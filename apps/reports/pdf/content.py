"""Everything a printed report says, as plain values: the renderer asks nobody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from apps.ecg.formats.canonical import Waveform
from apps.ecg.paper import Layout
from apps.reports.pdf.standing import Status


class Document(StrEnum):
    """What is printed of a version: all of it, or one page that says the most of it."""

    REPORT = "report"
    FORM = "form"


PageSize = Literal["A4", "Letter"]
Sex = Literal["", "M", "F", "O"]


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
    """One number with unit, method and source; an empty value prints “not measured”.

    `machine` is the number that a reader's took the place of; `is_replaced` is that one's own row.
    """

    label: str
    value: str
    unit: str
    method: str = ""
    source: str = ""
    flag: str = ""
    prior_value: str = ""
    prior_date: str = ""
    change: str = ""
    machine: str = ""
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What a reader measured on the trace, beside what the machine found there."""

    what: str
    reading: str
    machine: str
    reader: str
    made: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Border:
    """A border of the median beat in ms from R, and where a reader moved it to."""

    ms: float
    moved_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """The median beat of every lead, all its borders lines; `note` says what it is of."""

    waveform: Waveform
    r_ms: float = 0.0
    borders: tuple[Border, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """`decision` says who decided what and why; `verdict` is its one word."""

    text: str
    source: str
    decision: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class AlgorithmResult:
    """One algorithm's words, or why it has none; `notes` are decisions and a late arrival."""

    name: str
    version: str
    output: str
    intended_use: str = ""
    limits: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Printed name, local date and time with zone, and meaning, as 21 CFR 11.50 asks."""

    printed_name: str
    signed: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of the report: which version, what, when, by whom and why."""

    version: int
    what: str
    at: str
    by: str
    reason: str = ""


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
    beat: Beat | None = None
    measurements: tuple[MeasurementRow, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    algorithm_results: tuple[AlgorithmResult, ...] = ()
    interpretation: str = ""
    signature: SignatureBlock | None = None
    comparison: str = ""
    readings: tuple[ReadingRow, ...] = ()
    history: tuple[Event, ...] = ()
    synthetic: bool = False
    layout: Layout = "3x4+1"
    speed_mm_s: float = 25
    gain_mm_mv: float = 10
    page_size: PageSize = "A4"
    quality_notes: tuple[str, ...] = ()
