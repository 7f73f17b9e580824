"""Writes a waveform as ISHNE."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.checksums import crc_ccitt
from apps.ecg.formats.ishne import LEADS
from apps.ecg.formats.ishne.header import BODY_AT, FIXED, FIXED_END, MAGIC

CODES = {name: code for code, name in LEADS.items()}


@dataclass(frozen=True, slots=True)
class IshneOptions:
    leads: tuple[str, ...] = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    all_counted: bool = False  # the size counts the samples of all leads
    comment: bytes = b""
    patient: tuple[bytes, bytes, bytes] = (b"Tilda", b"Test", b"0012")
    born: tuple[int, int, int] = (4, 5, 1980)
    date: tuple[int, int, int] = (1, 3, 2026)


def ishne(waveform: Waveform, options: IshneOptions | None = None) -> bytes:
    """Raises ValueError where the form has no room for a lead, a scale or a count."""
    o = options or IshneOptions()
    names = waveform.lead_names()
    columns = [names.index(name) for name in o.leads]
    leads = [waveform.leads[n] for n in columns]
    if any(lead.nv_per_lsb % 1 or lead.offset_nv or lead.nv_per_lsb > 32767 for lead in leads):
        raise ValueError("the scale does not fit")
    counts = waveform.counts[:, columns]
    if np.abs(counts).max() > 32767 or waveform.missing is not None:
        raise ValueError("the counts do not fit")
    samples = counts.size if o.all_counted else waveform.samples
    fixed = FIXED.pack(
        *(len(o.comment), samples, FIXED_END, FIXED_END + len(o.comment), 1),
        *(*o.patient, 2, 0, struct.pack("<3h", *o.born)),
        *(struct.pack("<3h", *o.date), bytes(6), struct.pack("<3h", 10, 20, 30), len(leads)),
        *(_slots([CODES[name] for name in o.leads], -9), _slots([], 0)),
        *(_slots([int(lead.nv_per_lsb) for lead in leads], -9), 0, b"Recorder 1"),
        *(int(waveform.sampling_rate_hz), b"", b"", b""),
    )
    assert len(fixed) == FIXED_END - BODY_AT
    head = fixed + o.comment
    return MAGIC + struct.pack("<H", crc_ccitt(head)) + head + counts.astype("<i2").tobytes()


def _slots(values: list[int], rest: int) -> bytes:
    return struct.pack("<12h", *values, *[rest] * (12 - len(values)))
