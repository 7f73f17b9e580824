"""EWF1, the packed waveform: deltas in byte planes, ready for any compressor, exact both ways.

Version 2 packs of a limb lead what is left when I and II are taken away, as a rule nothing, and
folds the sign of each difference into its lowest bit. Version 1, which did neither, is read.
"""

from __future__ import annotations

import struct
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .canonical import Lead, Waveform, WaveformKind
from .gaps import fill_gaps, runs
from .limbs import said, told_by_limbs
from .scale import mantissa_exponent

MAGIC, VERSION = b"EWF1", 2
_VERSIONS = (1, 2)
_HEADER = struct.Struct("<4sH16sBBHHIQ")
_LEAD = struct.Struct("<8sqbqbB")
_GAP = struct.Struct("<HII")
_KINDS: tuple[WaveformKind, ...] = ("rhythm", "median")
_DERIVED, _NEGATED, _REST = 1, 2, 4
_UNSIGNED: dict[int, np.dtype[Any]] = {2: np.dtype("<u2"), 4: np.dtype("<u4")}
_SIGNED: dict[int, np.dtype[Any]] = {2: np.dtype("<i2"), 4: np.dtype("<i4")}


def pack(waveform: Waveform, recording_id: uuid.UUID) -> bytes:
    """The waveform in EWF1, uncompressed. Raises ValueError where it has no room for a value."""
    filled = fill_gaps(waveform.counts, waveform.missing).T
    width = 2 if filled.min() >= -32768 and filled.max() <= 32767 else 4
    gaps = _gap_records(waveform)
    millihertz = waveform.sampling_rate_hz * 1000
    if millihertz % 1:
        raise ValueError("sampling rate is not a whole number of millihertz")
    try:
        header = _HEADER.pack(
            MAGIC,
            VERSION,
            recording_id.bytes,
            _KINDS.index(waveform.kind),
            width,
            len(waveform.leads),
            len(gaps),
            waveform.samples,
            int(millihertz),
        )
        rest = told_by_limbs(waveform.leads)
        leads = [_pack_lead(*pair) for pair in zip(waveform.leads, rest, strict=True)]
    except struct.error as error:
        raise ValueError("a value does not fit the packed form") from error
    names = waveform.lead_names()
    rows = filled.astype(np.int64)
    for place in np.flatnonzero(rest):
        rows[place] -= said(names[place], filled, names)
    return b"".join([header, *leads, *gaps, _planes(rows, width)])


def _pack_lead(lead: Lead, is_rest: bool) -> bytes:
    name = lead.name.encode("ascii")
    if len(name) > 8:
        raise ValueError("lead name is longer than 8 bytes")
    flags = lead.derived * _DERIVED | lead.negated * _NEGATED | is_rest * _REST
    scale, offset = mantissa_exponent(lead.nv_per_lsb), mantissa_exponent(lead.offset_nv)
    return _LEAD.pack(name, *scale, *offset, flags)


def _gap_records(waveform: Waveform) -> list[bytes]:
    if waveform.missing is None:
        return []
    columns = range(len(waveform.leads))
    return [_GAP.pack(i, *run) for i in columns for run in runs(waveform.missing[:, i])]


def _planes(rows: NDArray[np.int64], width: int) -> bytes:
    """Per lead, `width` planes of the folded deltas' bytes, the least significant first."""
    counts = np.ascontiguousarray(rows).astype(_SIGNED[width]).view(_UNSIGNED[width])
    deltas = counts.copy()
    deltas[:, 1:] -= counts[:, :-1]
    signed = deltas.view(_SIGNED[width])
    folded = (signed << 1) ^ (signed >> (8 * width - 1))
    planes: NDArray[np.uint8] = (
        folded.view(np.uint8).reshape(*deltas.shape, width).transpose(0, 2, 1)
    )
    return planes.tobytes()


def unpack(data: bytes) -> tuple[Waveform, uuid.UUID]:
    """The waveform and its recording. Raises ValueError for anything but a whole EWF1."""
    try:
        magic, version, raw_id, kind, width, leads, gaps, samples, rate = _HEADER.unpack_from(data)
    except struct.error:
        raise ValueError("packed waveform is too short") from None
    if magic != MAGIC or version not in _VERSIONS or kind >= len(_KINDS) or width not in _UNSIGNED:
        raise ValueError("not a packed waveform of a known version")
    gaps_at = _HEADER.size + leads * _LEAD.size
    planes_at = gaps_at + gaps * _GAP.size
    if len(data) != planes_at + leads * samples * width or not leads or not samples:
        raise ValueError("packed waveform has a wrong length")
    lead_records = [_unpack_lead(data, _HEADER.size + i * _LEAD.size) for i in range(leads)]
    missing = _unpack_gaps(data[gaps_at:planes_at], samples, leads)
    rows = _rows(data[planes_at:], leads, samples, width, is_folded=version > 1)
    if version > 1:
        rests = [bool(data[_HEADER.size + i * _LEAD.size + 26] & _REST) for i in range(leads)]
        _add_limbs(rows, [lead.name for lead in lead_records], rests)
    counts = np.ascontiguousarray(rows.T, dtype=np.int32)
    waveform = Waveform(_KINDS[kind], tuple(lead_records), counts, Decimal(rate) / 1000, missing)
    return waveform, uuid.UUID(bytes=raw_id)


def _unpack_lead(data: bytes, at: int) -> Lead:
    name, scale, scale_exponent, offset, offset_exponent, flags = _LEAD.unpack_from(data, at)
    return Lead(
        name.rstrip(b"\0").decode("ascii"),
        Decimal(scale).scaleb(scale_exponent),
        Decimal(offset).scaleb(offset_exponent),
        derived=bool(flags & _DERIVED),
        negated=bool(flags & _NEGATED),
    )


def _unpack_gaps(records: bytes, samples: int, leads: int) -> NDArray[np.bool_] | None:
    if not records:
        return None
    missing = np.zeros((samples, leads), dtype=bool)
    for lead, start, length in _GAP.iter_unpack(records):
        if lead >= leads or not length or start + length > samples:
            raise ValueError("a gap lies outside the waveform")
        missing[start : start + length, lead] = True
    return missing


def _add_limbs(rows: NDArray[Any], names: list[str], rests: list[bool]) -> None:
    held = [name for name, is_rest in zip(names, rests, strict=True) if is_rest]
    if held and not {"I", "II"} <= set(names) - set(held):
        raise ValueError("a limb lead is packed without those it is a sum of")
    for place in np.flatnonzero(rests):
        rows[place] = (rows[place] + said(names[place], rows, names)).astype(rows.dtype)


def _rows(planes: bytes, leads: int, samples: int, width: int, *, is_folded: bool) -> NDArray[Any]:
    raw = np.frombuffer(planes, np.uint8).reshape(leads, width, samples)
    unsigned = _UNSIGNED[width]
    deltas = np.ascontiguousarray(raw.transpose(0, 2, 1)).view(unsigned)[:, :, 0]
    if is_folded:
        deltas = (deltas >> 1) ^ (-(deltas & 1).astype(_SIGNED[width])).view(unsigned)
    return np.cumsum(deltas, axis=1, dtype=unsigned).view(_SIGNED[width])
