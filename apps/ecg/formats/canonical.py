"""The one internal form every format is decoded to: exact integers with exact scales."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

STANDARD_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
HASH_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
GAP_NV = np.iinfo(np.int64).min
HASH_VERSION = "ecg1"

WaveformKind = Literal["rhythm", "median"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of an ECG: what was found, against which limit, and what a person needs to know.

    `level` is pass, warn or quarantine.
    """

    name: str
    level: str
    message: str
    figure: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """What a vendor profile changed: the field of the file, what it said, what was read instead.

    `version` is 0 for a profile that came with the software.
    """

    field: str
    before: str
    after: str
    profile: str
    version: int


class Refused(Exception):
    """A file that is not decoded: a stable code, a sentence for its sender, the field at fault."""

    def __init__(
        self, code: str, message: str, *, field: str = "", checks: tuple[Check, ...] = ()
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.checks = checks


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead: physical value in nV = count × nv_per_lsb + offset_nv, both exact."""

    name: str
    nv_per_lsb: Decimal
    offset_nv: Decimal = Decimal(0)
    derived: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Waveform:
    """Original integer samples of shape (samples, leads), with a mask of missing ones."""

    kind: WaveformKind
    leads: tuple[Lead, ...]
    counts: NDArray[np.int32]
    sampling_rate_hz: Decimal
    missing: NDArray[np.bool_] | None = None

    @property
    def samples(self) -> int:
        return int(self.counts.shape[0])

    def lead_names(self) -> tuple[str, ...]:
        return tuple(lead.name for lead in self.leads)

    def nanovolts(self) -> NDArray[np.int64]:
        """Exact nV (samples, leads), fractions rounded half-even, missing = GAP_NV."""
        columns = [_nanovolts(self.counts[:, i], lead) for i, lead in enumerate(self.leads)]
        out = np.stack(columns, axis=1)
        if self.missing is not None:
            out[self.missing] = GAP_NV
        return out

    def samples_uv(self) -> NDArray[np.float64]:
        """µV as float64 (samples, leads), missing = NaN."""
        scale = np.array([float(lead.nv_per_lsb / 1000) for lead in self.leads])
        offset = np.array([float(lead.offset_nv / 1000) for lead in self.leads])
        out: NDArray[np.float64] = self.counts.astype(np.float64) * scale + offset
        if self.missing is not None:
            out[self.missing] = np.nan
        return out


def _nanovolts(counts: NDArray[np.int32], lead: Lead) -> NDArray[np.int64]:
    scale, offset = lead.nv_per_lsb, lead.offset_nv
    if scale == int(scale) and offset == int(offset):
        return counts.astype(np.int64) * int(scale) + int(offset)
    # Few distinct counts, so exact decimal arithmetic per distinct value is cheap.
    values, inverse = np.unique(counts, return_inverse=True)
    exact = [int((int(v) * scale + offset).to_integral_value(ROUND_HALF_EVEN)) for v in values]
    return np.array(exact, dtype=np.int64)[inverse]


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """What the file says of the patient; empty or None where it says nothing."""

    family_name: str = ""
    given_name: str = ""
    name_prefix: str = ""
    identifier: str = ""
    assigning_authority: str = ""
    born_on: dt.date | None = None
    sex: Literal["", "M", "F", "O"] = ""
    age_years: float | None = None


@dataclass(frozen=True, slots=True)
class SourceMeasurement:
    """A number the device reported, never recomputed; lead is empty where it is global."""

    name: str
    value: float
    unit: str
    method: str = ""
    lead: str = ""
    original_code: str = ""
    raw_text: str = ""


@dataclass(frozen=True, slots=True)
class SourceStatement:
    """One line of the device's own interpretation, in its own words."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class DecodeWarning:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters the device applied before storing; None where it does not say."""

    high_pass_hz: float | None = None
    low_pass_hz: float | None = None
    notch_hz: float | None = None


@dataclass(frozen=True, slots=True)
class DecodedEcg:
    """Everything one file says, in canonical terms.

    `experimental` is True where no real file proves its decoder for what this file uses; `zone`,
    `is_demo` and `overrides` come from vendor profiles, `checks` from the checks of every ECG.
    """

    format: str
    decoder: str
    rhythm: Waveform
    median: Waveform | None = None
    vendor: str = ""
    model: str = ""
    software: str = ""
    device_serial: str = ""
    station: str = ""
    institution: str = ""
    acquired_local: dt.datetime | None = None
    utc_offset_minutes: int | None = None
    time_source: str = ""
    patient: PatientIdentity = field(default_factory=PatientIdentity)
    accession_number: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    electrode_system: str = ""
    filters: Filters = field(default_factory=Filters)
    measurements: tuple[SourceMeasurement, ...] = ()
    statements: tuple[SourceStatement, ...] = ()
    warnings: tuple[DecodeWarning, ...] = ()
    experimental: bool = False
    zone: str = ""
    is_demo: bool = False
    overrides: tuple[Override, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def canonical_hash(self) -> str:
        return canonical_hash(self.rhythm)


def canonical_hash(waveform: Waveform) -> str:
    """SHA-256 over the exact nanovolts, so equal signals are equal whatever their file.

    Leads I, II, V1–V6 in that order as little-endian int64, after a prefix of version, rate
    and length; without those eight, all leads by name with the names in the prefix.
    """
    names = waveform.lead_names()
    complete = all(name in names for name in HASH_LEADS)
    chosen = HASH_LEADS if complete else tuple(sorted(names))
    columns = [names.index(name) for name in chosen]
    label = "" if complete else ",".join(chosen)
    rate = format(waveform.sampling_rate_hz.normalize(), "f")
    digest = hashlib.sha256(f"{HASH_VERSION}|{rate}|{waveform.samples}|{label}|".encode())
    digest.update(np.ascontiguousarray(waveform.nanovolts()[:, columns].T, dtype="<i8").data)
    return f"{HASH_VERSION}:{digest.hexdigest()}"
