"""Packed waveforms for the viewer's tests, written byte by byte as the format says."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Sequence

RECORDING = uuid.UUID("0b9f4c52-7d2e-4a6e-9a51-3f1c2a7e9d10")
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RATE_HZ = 500
SPIKE_EVERY_S = 0.5
SPIKE_FIRST_S = 0.25


def beats(seconds: float = 10, rate_hz: int = RATE_HZ) -> list[list[int]]:
    """Per lead, counts of 1 µV: rest, and one sample of 1 mV every half second."""
    counts = [0] * int(seconds * rate_hz)
    at = SPIKE_FIRST_S
    while at < seconds:
        counts[round(at * rate_hz)] = 1000
        at += SPIKE_EVERY_S
    return [list(counts) for _ in LEADS]


def pack(
    leads: Sequence[Sequence[int]],
    *,
    names: Sequence[str] = LEADS,
    recording: uuid.UUID = RECORDING,
    width: int = 2,
    rate_mhz: int = RATE_HZ * 1000,
    scale: tuple[int, int] = (1000, 0),
    offset: tuple[int, int] = (0, 0),
    gaps: Sequence[tuple[int, int, int]] = (),
) -> bytes:
    """EWF1 of these counts; scale and offset in nV as (mantissa, exponent)."""
    size = (len(leads), len(gaps), len(leads[0]))
    parts = [struct.pack("<4sH16sBBHHIQ", b"EWF1", 1, recording.bytes, 0, width, *size, rate_mhz)]
    parts += [struct.pack("<8sqbqbB", name.encode(), *scale, *offset, 0) for name in names]
    parts += [struct.pack("<HII", *gap) for gap in gaps]
    parts += [planes(counts, width) for counts in leads]
    return b"".join(parts)


def planes(counts: Sequence[int], width: int) -> bytes:
    previous = [0, *counts[:-1]]
    pairs = zip(counts, previous, strict=True)
    deltas = [(value - before) % (1 << 8 * width) for value, before in pairs]
    return b"".join(bytes(delta >> 8 * plane & 255 for delta in deltas) for plane in range(width))
