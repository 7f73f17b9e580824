"""The fixed ASCII header of EDF, EDF+ and BDF (Kemp et al. 1992, Kemp and Olivan 2003)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.encoded import plain_text

FIXED, PER_SIGNAL = 256, 256
MAX_SIGNALS = 256
ANNOTATIONS = {"EDF Annotations", "BDF Annotations"}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_PADDING = " \0\t\r\n"  # blanks by the standard, zeros by some writers
_WHOLE = re.compile(r"-?\d{1,8}", re.ASCII)
# name: bytes of each signal's field, in order
_FIELDS = {
    "label": 16,
    "transducer": 80,
    "unit": 8,
    "physical_min": 8,
    "physical_max": 8,
    "digital_min": 8,
    "digital_max": 8,
    "prefiltering": 80,
    "samples": 8,
    "reserved": 32,
}


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: physical = minimum + (count − digital minimum) × per_count, in `unit`."""

    label: str
    unit: str
    physical: tuple[Fraction, Fraction]
    digital: tuple[int, int]
    prefiltering: str
    samples: int

    @property
    def is_annotation(self) -> bool:
        return self.label in ANNOTATIONS

    def per_count(self) -> Fraction:
        low, high = self.digital
        return (self.physical[1] - self.physical[0]) / (high - low)

    def zero(self) -> Fraction:
        """The physical value of count 0."""
        return self.physical[0] - self.digital[0] * self.per_count()


@dataclass(frozen=True, slots=True)
class Header:
    width: int  # bytes a sample
    patient: str
    recording: str
    date: str
    time: str
    reserved: str
    records: int
    seconds: Fraction
    signals: tuple[Signal, ...]
    length: int


def read_header(data: bytes) -> Header:
    """Everything the header says. Raises Refused."""
    width = 3 if data.startswith(b"\xff") else 2
    field = _Fields(data)
    field.take(8)
    patient, recording = field.take(80), field.take(80)
    date, time = field.take(8), field.take(8)
    length = field.whole("header length")
    reserved = field.take(44)
    records = field.whole("number of data records")
    seconds = field.number("duration of a data record")
    count = field.whole("number of signals", 4)
    if not 0 < count <= MAX_SIGNALS or length != FIXED + PER_SIGNAL * count or records < 1:
        raise _bad("counts of signals or records")
    columns = {name: [field.take(size) for _ in range(count)] for name, size in _FIELDS.items()}
    signals = tuple(_signal({n: columns[n][i] for n in columns}) for i in range(count))
    return Header(
        width, patient, recording, date, time, reserved, records, seconds, signals, length
    )


class _Fields:
    """Reads one field after another."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> str:
        raw = self.data[self.at : self.at + size]
        self.at += size
        if len(raw) < size:
            raise Refused(
                "truncated", "The file ends within its header; send it again.", field="header"
            )
        return plain_text(raw).strip(_PADDING)

    def whole(self, name: str, size: int = 8) -> int:
        return _whole(self.take(size), name)

    def number(self, name: str) -> Fraction:
        return _number(self.take(8), name)


def _signal(texts: dict[str, str]) -> Signal:
    annotation = texts["label"] in ANNOTATIONS
    signal = Signal(
        label=texts["label"],
        unit=texts["unit"],
        physical=(
            _number(texts["physical_min"], "physical minimum"),
            _number(texts["physical_max"], "physical maximum"),
        ),
        digital=(
            _whole(texts["digital_min"], "digital minimum"),
            _whole(texts["digital_max"], "digital maximum"),
        ),
        prefiltering=texts["prefiltering"],
        samples=_whole(texts["samples"], "samples in a data record"),
    )
    low, high = signal.digital
    if not annotation and (low >= high or signal.physical[0] == signal.physical[1]):
        raise Refused(
            "unknown-scale", "A signal's range is empty; its scale is unknown.", field="range"
        )
    if signal.samples < 1:
        raise _bad("samples in a data record")
    return signal


def _number(text: str, name: str) -> Fraction:
    if not _NUMBER.fullmatch(text):
        raise Refused("bad-number", f"The {name} is not a decimal number.", field=name)
    return Fraction(text)


def _whole(text: str, name: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise Refused("bad-number", f"The {name} is not a whole number.", field=name)
    return int(text)


def _bad(field: str) -> Refused:
    return Refused("edf-header", "The header of the EDF file contradicts itself.", field=field)
