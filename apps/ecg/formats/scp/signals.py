"""The rhythm and the reference beat as waveforms, from sections 2 to 6."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import Lead, Refused, Waveform, WaveformKind
from apps.ecg.formats.scale import check_rate, check_scale, exact_rate, rounded_rate
from apps.ecg.formats.units import voltage_factor
from apps.ecg.formats.warnings import Warnings

from .beats import Beats, add_reference, expanded, read_beats, stored_values
from .encoded import LARGEST, Encoded, decode_leads, read_encoded
from .huffman import DEFAULT_TABLES, Table, read_tables
from .leads import Leads, read_leads
from .sections import NEWEST, Record

MICROSECONDS = Decimal(1_000_000)
RHYTHM, BEAT = "Section 6", "Section 5"


class Signals(NamedTuple):
    """What the file draws; `proven` where real files prove every way it is coded in."""

    rhythm: Waveform
    median: Waveform | None
    proven: bool


def read_signals(record: Record, warnings: Warnings) -> Signals:
    """Raises Refused where the rhythm cannot be rebuilt exactly as the standard says."""
    sections = record.sections
    for number in (3, 6):
        if number not in sections:
            _missing(number, record)
    leads = read_leads(sections[3], warnings)
    tables = read_tables(sections[2]) if 2 in sections else ()
    encoded = read_encoded(sections[6], len(leads.codes), RHYTHM)
    _check_options(encoded, leads, record)
    beats = _beats(record, leads, encoded)
    beat = _beat(record, leads, tables, beats, warnings)
    counts, interval = _rhythm(encoded, leads, tables, beats, beat, warnings)
    rhythm = _waveform("rhythm", leads, counts, encoded.avm_nv, interval, RHYTHM, warnings)
    median = beat and _waveform(
        "median", leads, beat.counts, beat.avm_nv, beat.interval_us, BEAT, warnings
    )
    empty = _empty_chest_leads(rhythm, warnings)
    return Signals(
        _without(rhythm, empty),
        median and _without(median, empty),
        _proven(record, encoded, leads),
    )


def _empty_chest_leads(rhythm: Waveform, warnings: Warnings) -> frozenset[str]:
    """All chest leads, where none of them holds anything but 0 beside I and II: not connected."""
    names = rhythm.lead_names()
    chest = [i for i, name in enumerate(names) if name[:1] == "V" and name[1:2].isdigit()]
    if not chest or not {"I", "II"} <= set(names) or rhythm.counts[:, chest].any():
        return frozenset()
    empty = [names[i] for i in chest]
    warnings.add("leads-off", f"{', '.join(empty)} hold nothing but 0 and are left out.")
    return frozenset(empty)


def _without(waveform: Waveform, empty: frozenset[str]) -> Waveform:
    kept = [i for i, name in enumerate(waveform.lead_names()) if name not in empty]
    if len(kept) == len(waveform.leads):
        return waveform
    leads = tuple(waveform.leads[i] for i in kept)
    counts = np.ascontiguousarray(waveform.counts[:, kept])
    return replace(waveform, leads=leads, counts=counts)


def _missing(number: int, record: Record) -> None:
    if number == 6 and 12 in record.sections:
        raise Refused(
            "scp-long-term",
            "The file holds a long-term recording (section 12), which is not read.",
            field="Section 12",
        )
    raise Refused("no-rhythm", f"The file has no section {number}.", field=f"Section {number}")


def _check_options(encoded: Encoded, leads: Leads, record: Record) -> None:
    """Version 3 knows neither bimodal compression nor subtracted beats."""
    if encoded.bimodal > 1 or (record.protocol >= NEWEST and encoded.bimodal):
        raise Refused("bimodal-code", "Byte 6 of section 6 has no known meaning.", field=RHYTHM)
    if record.protocol >= NEWEST and leads.reference_beat:
        raise Refused(
            "reference-beat", "Protocol 3 knows no subtracted reference beat.", field="Section 3"
        )


def _proven(record: Record, encoded: Encoded, leads: Leads) -> bool:
    """Real files of protocol 2.0 prove plain samples, and second differences by default codes."""
    if record.protocol != 20 or leads.reference_beat or encoded.bimodal:
        return False
    if 5 in record.sections and record.sections[5][4:5] != bytes([encoded.difference]):
        return False
    if 2 not in record.sections:
        return encoded.difference == 0
    own_tables = record.sections[2][:2] != DEFAULT_TABLES.to_bytes(2, "little")
    return encoded.difference == 2 and not own_tables


def _beats(record: Record, leads: Leads, encoded: Encoded) -> Beats | None:
    wanted = leads.reference_beat or bool(encoded.bimodal)
    if 4 not in record.sections:
        if wanted:
            raise Refused("beat-zones", "The file does not say where beats are.", field="Section 4")
        return None
    return read_beats(
        record.sections[4],
        leads.samples,
        subtracted=leads.reference_beat,
        bimodal=bool(encoded.bimodal),
    )


class _Beat(NamedTuple):
    counts: NDArray[np.int64]
    avm_nv: Decimal
    interval_us: int


def _beat(
    record: Record,
    leads: Leads,
    tables: tuple[Table, ...],
    beats: Beats | None,
    warnings: Warnings,
) -> _Beat | None:
    if 5 not in record.sections:
        return None
    if beats is None or not beats.length_ms:
        warnings.add("median-left-out", "The length of the reference beat is not given.")
        return None
    encoded = read_encoded(record.sections[5], len(leads.codes), BEAT)
    count = beats.length_ms * 1000 // encoded.interval_us
    if not count:
        raise Refused("lead-length", "The reference beat has no samples.", field="Section 4")
    return _Beat(decode_leads(encoded, tables, count), encoded.avm_nv, encoded.interval_us)


def _rhythm(
    encoded: Encoded,
    leads: Leads,
    tables: tuple[Table, ...],
    beats: Beats | None,
    beat: _Beat | None,
    warnings: Warnings,
) -> tuple[NDArray[np.int64], int]:
    """All samples of the rhythm and the µs between them."""
    interval = encoded.interval_us
    if encoded.bimodal:
        counts, interval = _from_bimodal(encoded, leads, tables, beats, beat)
        warnings.add("bimodal", "Samples between the beats are interpolated (bimodal compression).")
    else:
        counts = decode_leads(encoded, tables, _count(encoded, leads, tables, warnings))
    if leads.reference_beat:
        if beat is None or beats is None:
            raise Refused("reference-beat", "The subtracted beat is not in the file.", field=BEAT)
        if (beat.avm_nv, beat.interval_us) != (encoded.avm_nv, interval):
            raise Refused(
                "reference-beat", "The beat and the residual differ in scale.", field=BEAT
            )
        counts = add_reference(counts, beat.counts, beats)
    return counts, interval


def _count(encoded: Encoded, leads: Leads, tables: tuple[Table, ...], warnings: Warnings) -> int:
    """Samples stored of each lead: all, or as many plain ones as a length can state."""
    most = LARGEST // 2
    cut = all(end - start == 2 * most for start, end in encoded.spans)
    if tables or leads.samples <= most or not cut:
        return leads.samples
    warnings.add(
        "cut-at-limit",
        f"The file announces {leads.samples} samples and holds the first {most} of them.",
    )
    return most


def _from_bimodal(
    encoded: Encoded,
    leads: Leads,
    tables: tuple[Table, ...],
    beats: Beats | None,
    beat: _Beat | None,
) -> tuple[NDArray[np.int64], int]:
    if beat is None or beats is None or encoded.interval_us % beat.interval_us:
        raise Refused("bimodal-rate", "The rate before compression is not given.", field=BEAT)
    factor = encoded.interval_us // beat.interval_us
    if not 2 <= factor <= 8:
        raise Refused("bimodal-rate", "The compression leaves out no known share.", field=RHYTHM)
    count = stored_values(leads.samples, factor, beats.protected)
    stored = decode_leads(encoded, tables, count)
    return expanded(stored, leads.samples, factor, beats.protected), beat.interval_us


def _waveform(
    kind: WaveformKind,
    leads: Leads,
    counts: NDArray[np.int64],
    avm_nv: Decimal,
    interval_us: int,
    field: str,
    warnings: Warnings,
) -> Waveform:
    scale = _scale(avm_nv, field)
    rate = check_rate(_rate(interval_us, warnings), field=field)
    signs = np.array([-1 if code.negated else 1 for code in leads.codes])
    named = tuple(
        Lead(code.name, scale, derived=code.derived, negated=code.negated) for code in leads.codes
    )
    return Waveform(kind, named, np.ascontiguousarray(counts * signs, np.int32), rate)


def _rate(interval_us: int, warnings: Warnings) -> Decimal | None:
    """Exactly, or the one whole rate whose interval was rounded to whole µs: 3333 are 300 Hz."""
    step_s = interval_us / MICROSECONDS
    rate = exact_rate(step_s)
    if rate is None and (rate := rounded_rate(step_s)) is not None:
        warnings.add("rate-rounded", f"The interval is that of {rate} Hz, rounded.")
    return rate


def _scale(avm_nv: Decimal, field: str) -> Decimal:
    """nV per count: the standard's unit, or what a vendor profile says devices wrote instead."""
    factor = voltage_factor(profiles.unit(field, "nV", avm_nv))
    assert factor is not None
    scale = avm_nv * factor.factor
    check_scale(scale, Decimal(0), field=field)
    return scale
