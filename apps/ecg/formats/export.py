"""A decoded ECG for people and programs: JSON, a few lines of text, NumPy samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from .canonical import DecodedEcg, DecodeWarning, PatientIdentity


def as_json(ecg: DecodedEcg, warnings: Sequence[DecodeWarning]) -> dict[str, Any]:
    """The stable keys of `manage.py decode --json`, but for the file's name."""
    return {
        "format": ecg.format,
        "vendor": ecg.vendor,
        "model": ecg.model,
        "software": ecg.software,
        "acquired_at": acquired_at(ecg),
        "patient": _patient(ecg.patient),
        "leads": [{"name": x.name, "derived": x.derived} for x in ecg.rhythm.leads],
        "sampling_rate_hz": _plain(ecg.rhythm.sampling_rate_hz),
        "samples": ecg.rhythm.samples,
        "kind": ecg.rhythm.kind,
        "measurements": [asdict(m) for m in ecg.measurements],
        "statements": [asdict(s) for s in ecg.statements],
        "warnings": [asdict(w) for w in warnings],
        "canonical_hash": ecg.canonical_hash,
    }


def acquired_at(ecg: DecodedEcg) -> str | None:
    """ISO 8601 local time, with its offset where the file gives one."""
    if ecg.acquired_local is None:
        return None
    text = ecg.acquired_local.isoformat()
    if ecg.utc_offset_minutes is None:
        return text
    hours, minutes = divmod(abs(ecg.utc_offset_minutes), 60)
    return f"{text}{'-' if ecg.utc_offset_minutes < 0 else '+'}{hours:02d}:{minutes:02d}"


def _patient(patient: PatientIdentity) -> dict[str, Any]:
    born_on = patient.born_on.isoformat() if patient.born_on else None
    return asdict(patient) | {"born_on": born_on}


def _plain(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def as_text(ecg: DecodedEcg, warnings: Sequence[DecodeWarning]) -> str:
    """A short summary to read."""
    rhythm = ecg.rhythm
    rate = _plain(rhythm.sampling_rate_hz)
    device = " ".join(part for part in (ecg.vendor, ecg.model) if part) or "unknown device"
    derived = [lead.name for lead in rhythm.leads if lead.derived]
    lines = [
        f"{ecg.format}, {device}, {acquired_at(ecg) or 'no acquisition time'}",
        f"  {len(rhythm.leads)} leads, {rate} Hz, {rhythm.samples / float(rate):.1f} s"
        + (f", derived: {', '.join(derived)}" if derived else ""),
    ]
    if ecg.measurements:
        values = (f"{m.name} {m.value:g}" for m in ecg.measurements if not m.lead)
        lines.append("  device says: " + ", ".join(values))
    lines += [f"  device says (unconfirmed): {s.text}" for s in ecg.statements]
    lines += [f"  warning ({w.code}): {w.message}" for w in warnings]
    lines.append(f"  {ecg.canonical_hash}")
    return "\n".join(lines)


def write_npz(ecg: DecodedEcg, path: Path) -> None:
    """samples_uv (samples, leads) float64, leads, sampling_rate_hz; exactly at this path."""
    with open(path, "wb") as file:
        np.savez_compressed(
            file,
            samples_uv=ecg.rhythm.samples_uv(),
            leads=np.array(ecg.rhythm.lead_names(), dtype=np.str_),
            sampling_rate_hz=np.float64(ecg.rhythm.sampling_rate_hz),
        )
