"""The canary's file: a synthetic ECG of nobody, another one each time."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, replace

from apps.ecg.formats.canonical import PatientIdentity
from apps.ecg.formats.dicom.writer import DicomOptions, write_dicom
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize, to_ecg
from apps.ingestion.canary.verdict import RATE_BPM

# No organization's authority: the number can be no patient's.
NOBODY = PatientIdentity(
    family_name="Canary",
    given_name="Synthetic",
    identifier="CANARY",
    assigning_authority="einthoven-canary",
)


@dataclass(frozen=True, slots=True)
class CanaryFile:
    """A DICOM file, and the hash of the signal that must come out of it."""

    data: bytes
    canonical_hash: str


def make_file(now: dt.datetime, seed: int | None = None) -> CanaryFile:
    """Twelve leads of ten seconds, sinus rhythm at `RATE_BPM`; no two have the same signal.

    Of one seed and moment it is the same file.
    """
    seed = secrets.randbits(63) if seed is None else seed % (1 << 63)
    spec = SynthesisSpec(seed=seed, heart_rate_bpm=RATE_BPM)
    local = now.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    ecg = to_ecg(synthesize(spec), patient=NOBODY, acquired_local=local)
    ecg = replace(ecg, model="Canary", utc_offset_minutes=0)
    return CanaryFile(write_dicom(ecg, DicomOptions(seed=f"canary {seed}")), ecg.canonical_hash)
