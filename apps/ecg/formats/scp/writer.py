"""Writes an ECG as an SCP record, in every way of coding that is read."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import DecodedEcg, Waveform
from apps.ecg.formats.lead_codes import number_of_lead

from .beats import Zone, gaps
from .coding import Tables, differenced, huffman_coded, huffman_section
from .huffman import DEFAULT
from .sections import HEADER, POINTER, RECORD, SIGNATURE, crc
from .writer_header import global_section, header_section, lead_section, statement_section

DIRECTORY = range(12)


@dataclass(frozen=True, slots=True)
class ScpOptions:
    """How the same ECG is written; the defaults are those of the files carts exchange."""

    protocol: int = 20
    huffman: bool = True
    tables: Tables | None = None  # None: the standard's own table
    difference: int = 2
    beats: tuple[Zone, ...] = ()  # where beats are, from 0
    beat_fiducial: int = 0  # sample of the median the beats are aligned by
    subtract: bool = False
    bimodal: int = 0  # samples that one stored value stands for outside the beats
    flags: int | None = None  # None: all leads simultaneous
    per_lead: bool = False
    signature: bytes = SIGNATURE


DEFAULTS = ScpOptions()


def write_scp(ecg: DecodedEcg, options: ScpOptions = DEFAULTS) -> bytes:
    """The record. Raises ValueError where the options cannot hold the ECG."""
    bodies = {1: header_section(ecg), 3: _leads(ecg.rhythm, options)}
    if options.huffman:
        bodies[2] = huffman_section(options.tables)
    if ecg.median is not None:
        bodies[4] = _beats(ecg.median, options)
        bodies[5] = _encoded(ecg.median, _counts(ecg.median).T, options)
    bodies[6] = _rhythm(ecg, options)
    bodies[7] = global_section(ecg)
    if ecg.statements:
        bodies[8] = statement_section(ecg)
    if options.per_lead:
        bodies[10] = lead_section(ecg)
    return assemble(bodies, options.protocol, options.signature)


def assemble(bodies: dict[int, bytes], protocol: int, signature: bytes = SIGNATURE) -> bytes:
    """Sections behind their directory, each with its checksum."""
    size = HEADER.size + len(DIRECTORY) * POINTER.size
    at, pointers, sections = RECORD.size + size, [POINTER.pack(0, size, RECORD.size + 1)], []
    for number in DIRECTORY[1:]:
        made = _section(number, bodies[number], protocol) if number in bodies else b""
        pointers.append(POINTER.pack(number, len(made), at + 1 if made else 0))
        sections.append(made)
        at += len(made)
    directory = _section(0, b"".join(pointers), protocol, signature)
    rest = struct.pack("<I", at) + directory + b"".join(sections)
    return struct.pack("<H", crc(rest)) + rest


def _section(number: int, body: bytes, protocol: int, reserved: bytes = b"") -> bytes:
    body += b"\0" * (len(body) % 2)
    head = HEADER.pack(0, number, HEADER.size + len(body), protocol, protocol, reserved)
    return struct.pack("<H", crc(head[2:] + body)) + head[2:] + body


def _leads(waveform: Waveform, options: ScpOptions) -> bytes:
    count = len(waveform.leads)
    flags = options.flags
    if flags is None:
        flags = count << 3 & 0xF8 | 4 | options.subtract
    numbers = [
        number_of_lead(lead.name, derived=lead.derived, negated=False) for lead in waveform.leads
    ]
    spans = [struct.pack("<IIB", 1, waveform.samples, number) for number in numbers]
    return struct.pack("<BB", count, flags) + b"".join(spans)


def _counts(waveform: Waveform) -> NDArray[np.int64]:
    if waveform.missing is not None or any(lead.offset_nv for lead in waveform.leads):
        raise ValueError("SCP-ECG has no place for gaps or offsets")
    return waveform.counts.astype(np.int64)


def _avm_and_interval(waveform: Waveform) -> tuple[int, int]:
    scales = {lead.nv_per_lsb for lead in waveform.leads}
    interval = Decimal(1_000_000) / waveform.sampling_rate_hz
    scale = scales.pop()
    if scales or scale % 1 or interval % 1:
        raise ValueError("SCP-ECG has one scale in whole nV and an interval in whole µs")
    return int(scale), int(interval)


def _beats(median: Waveform, options: ScpOptions) -> bytes:
    """The reference beat and, where compression needs them, its zones in the rhythm."""
    interval = _avm_and_interval(median)[1]
    length_ms, rest = divmod(median.samples * interval, 1000)
    if rest:
        raise ValueError("the reference beat does not last whole milliseconds")
    zones = options.beats if options.subtract or options.bimodal else ()
    subtracted = [struct.pack("<HIII", 0, z.start + 1, z.fiducial + 1, z.end + 1) for z in zones]
    protected = [struct.pack("<II", z.start + 1, z.end + 1) for z in zones]
    head = struct.pack("<HHH", length_ms, options.beat_fiducial + 1, len(zones))
    return b"".join([head, *subtracted, *protected])


def _rhythm(ecg: DecodedEcg, options: ScpOptions) -> bytes:
    rhythm = ecg.rhythm
    counts = _counts(rhythm)
    if options.subtract:
        if ecg.median is None:
            raise ValueError("there is no beat to subtract")
        beat = ecg.median.counts
        for zone in options.beats:
            first = options.beat_fiducial + zone.start - zone.fiducial
            counts[zone.start : zone.end + 1] -= beat[first : first + zone.end - zone.start + 1]
    if options.bimodal:
        counts = _decimated(counts, options.bimodal, options.beats)
    return _encoded(rhythm, counts.T, options, options.bimodal)


def _decimated(
    counts: NDArray[np.int64], factor: int, zones: tuple[Zone, ...]
) -> NDArray[np.int64]:
    """Outside the beats the mean of each `factor` samples, in their place."""
    kept = []
    for (start, end), zone in zip(gaps(len(counts), zones), (*zones, None), strict=True):
        kept += [
            np.rint(counts[i : min(i + factor, end)].mean(axis=0))[None]
            for i in range(start, end, factor)
        ]
        if zone is not None:
            kept.append(counts[zone.start : zone.end + 1])
    return np.concatenate(kept).astype(np.int64)


def _encoded(
    waveform: Waveform, rows: NDArray[np.int64], options: ScpOptions, bimodal: int = 0
) -> bytes:
    avm, interval = _avm_and_interval(waveform)
    if rows.min() < -0x8000 or rows.max() > 0x7FFF:
        raise ValueError("samples do not fit 16 bits")
    tables = options.tables or (DEFAULT,)
    values = differenced(rows, options.difference)
    if options.huffman:
        streams = [huffman_coded(row, tables) for row in values]
    else:
        streams = [row.astype("<i2").tobytes() for row in values]
    head = struct.pack("<HHBB", avm, interval * (bimodal or 1), options.difference, bimodal > 0)
    lengths = struct.pack(f"<{len(streams)}H", *map(len, streams))
    return head + lengths + b"".join(streams)
