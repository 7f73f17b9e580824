"""Writes a waveform as EDF, EDF+ or BDF."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from apps.ecg.formats.canonical import Waveform

NV_PER_UNIT = {"nV": 1, "uV": 1_000, "mV": 1_000_000}


@dataclass(frozen=True, slots=True)
class EdfOptions:
    unit: str = "uV"
    bdf: bool = False
    plus: str = ""  # "C" or "D"
    leads: tuple[str, ...] = ()
    negate_avr: bool = False
    inverted: bool = False  # physical minimum above the maximum
    record_s: int = 1
    digital: tuple[int, int] = (-32768, 32767)
    shift: int = 0  # added to every count
    prefix: str = ""
    patient: str = "X X X X"
    recording: str = "Startdate 01-MAR-2026 X X Cart_1"
    onset_s: float = 0.5
    filters: str = "HP:0.05Hz LP:150Hz N:50Hz"
    extra: dict[str, str] = field(default_factory=dict)  # label → unit of one more signal


def edf(waveform: Waveform, options: EdfOptions | None = None) -> bytes:
    """Raises ValueError where eight characters or the range cannot hold a value."""
    o = options or EdfOptions()
    names = waveform.lead_names()
    columns = [names.index(name) for name in o.leads or names]
    size = int(waveform.sampling_rate_hz * o.record_s)
    records = waveform.samples // size
    turned = [o.negate_avr and names[n] == "aVR" for n in columns]
    sign = np.where(turned, -1, 1) * (-1 if o.inverted else 1)
    counts = waveform.counts[: records * size, columns].astype(np.int64) * sign + o.shift
    if counts.min() < o.digital[0] or counts.max() > o.digital[1]:
        raise ValueError("the counts do not fit")
    blocks = [_pack(row.T.ravel(), o) for row in counts.reshape(records, size, -1)]
    fields = [_of(waveform, n, t, o, size) for n, t in zip(columns, turned, strict=True)]
    for label, unit in o.extra.items():
        fields.append((label, "", unit, "-100", "100", *_digital(o), "", str(size), ""))
        blocks = [block + _pack(np.zeros(size, np.int64), o) for block in blocks]
    if o.plus:
        fields.append((_annotations(o), "", "", "-1", "1", *_digital(o), "", "20", ""))
        width = 60 if o.bdf else 40
        blocks = [
            block + f"+{n * o.record_s + o.onset_s}\x14\x14\0".encode().ljust(width, b"\0")
            for n, block in enumerate(blocks)
        ]
    return _header(o, records, fields) + b"".join(blocks)


def _annotations(o: EdfOptions) -> str:
    return "BDF Annotations" if o.bdf else "EDF Annotations"


def _of(waveform: Waveform, n: int, turned: bool, o: EdfOptions, size: int) -> tuple[str, ...]:
    lead = waveform.leads[n]
    per_count = Fraction(lead.nv_per_lsb) / NV_PER_UNIT[o.unit]
    offset = Fraction(lead.offset_nv) / NV_PER_UNIT[o.unit]
    per_count = -per_count if o.inverted else per_count
    offset = -offset if turned else offset
    ends = [(count - o.shift) * per_count + offset for count in o.digital]
    label = f"{o.prefix}{'-' * turned}{lead.name}"
    return (label, "", o.unit, *map(_number, ends), *_digital(o), o.filters, str(size), "")


def _digital(o: EdfOptions) -> tuple[str, str]:
    return str(o.digital[0]), str(o.digital[1])


def _number(value: Fraction) -> str:
    text = f"{float(value):.8f}".rstrip("0").rstrip(".")
    if len(text) > 8 or Fraction(text) != value:
        raise ValueError("a number does not fit")
    return text


def _pack(values: np.ndarray, o: EdfOptions) -> bytes:
    if not o.bdf:
        return values.astype("<i2").tobytes()
    return values.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _header(o: EdfOptions, records: int, fields: list[tuple[str, ...]]) -> bytes:
    kind = f"{'BDF' if o.bdf else 'EDF'}+{o.plus}" if o.plus else ""
    magic = b"\xffBIOSEMI" if o.bdf else b"0       "
    sizes = (80, 80, 8, 8, 8, 44, 8, 8, 4)
    fixed = (
        *(o.patient, o.recording, "01.03.26", "10.20.30", str(256 * (len(fields) + 1)), kind),
        *(str(records), str(o.record_s), str(len(fields))),
    )
    widths = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
    text = "".join(value.ljust(size) for value, size in zip(fixed, sizes, strict=True))
    text += "".join(f[i].ljust(width) for i, width in enumerate(widths) for f in fields)
    return magic + text.encode("ascii")
