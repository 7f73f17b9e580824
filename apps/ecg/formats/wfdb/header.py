"""The text header of a WFDB record (header(5) of the WFDB applications guide)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.encoded import plain_text

SUFFIX = ".hea"
MAX_HEADER_BYTES = 64 << 10
MAX_SIGNALS = 64
_RECORD = re.compile(
    r"(?P<name>[\w.-]{1,64})(?:/(?P<segments>\d{1,6}))?\s+(?P<signals>\d{1,6})"
    r"(?:\s+(?P<rate>\d+(?:\.\d+)?)(?:/\S+)?(?:\s+(?P<samples>\d{1,10})"
    r"(?:\s+(?P<time>[\d:.]+)(?:\s+(?P<date>[\d/]+))?)?)?)?\s*",
    re.ASCII,
)
_SIGNAL = re.compile(
    r"(?P<file>[\w.~-]{1,128})\s+(?P<format>\d{1,4})(?:x(?P<per_frame>\d+))?(?::(?P<skew>\d+))?"
    r"(?:\+(?P<at>\d+))?(?:\s+(?P<gain>[-+.\deE]+)(?:\((?P<baseline>-?\d+)\))?"
    r"(?:/(?P<unit>\S+))?(?:\s+(?P<bits>\d+)(?:\s+(?P<zero>-?\d+)(?:\s+(?P<first>-?\d+)"
    r"(?:\s+(?P<sum>-?\d+)(?:\s+-?\d+(?:\s+(?P<label>.+))?)?)?)?)?)?)?\s*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One stored signal; physical value = (count − baseline) / gain, None where not stated."""

    file: str
    format: int
    per_frame: int
    skew: int
    at: int
    gain: Fraction | None
    baseline: int
    unit: str
    first: int | None
    checksum: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Header:
    name: str
    segments: int
    signals: tuple[Signal, ...]
    rate: str
    samples: int
    time: str
    date: str
    comments: tuple[str, ...]

    def files(self) -> list[str]:
        """The signal files it names, each once."""
        return list(dict.fromkeys(signal.file for signal in self.signals))


def looks_like_header(data: bytes) -> bool:
    """True for a record line, and a signal line after it unless it has segments or no signals."""
    lines = _lines(data[:MAX_HEADER_BYTES])
    record = _RECORD.fullmatch(lines[0]) if lines else None
    if record is None or len(lines) < 2:
        return False
    return bool(record["segments"] or _SIGNAL.fullmatch(lines[1]))


def read_header(data: bytes) -> Header:
    """Everything the header says. Raises Refused."""
    lines = _lines(data)
    record = _RECORD.fullmatch(lines[0]) if lines else None
    if len(data) > MAX_HEADER_BYTES or record is None:
        raise _bad("The WFDB header has no record line.", "record line")
    count = int(record["signals"])
    if count > MAX_SIGNALS or record["segments"]:
        return Header(record["name"], int(record["segments"] or 0), (), "", 0, "", "", ())
    matches = [_SIGNAL.fullmatch(line) for line in lines[1 : count + 1]]
    signals = tuple(_signal(match) for match in matches if match)
    if len(signals) != count or len(lines) != count + 1:
        raise _bad("The signal lines of the WFDB header are damaged.", "signal lines")
    return Header(
        name=record["name"],
        segments=0,
        signals=signals,
        rate=record["rate"] or "",
        samples=int(record["samples"] or 0),
        time=record["time"] or "",
        date=record["date"] or "",
        comments=tuple(_comments(data)),
    )


def _signal(match: re.Match[str]) -> Signal:
    gain = _fraction(match["gain"])
    return Signal(
        file=match["file"],
        format=int(match["format"]),
        per_frame=int(match["per_frame"] or 1),
        skew=int(match["skew"] or 0),
        at=int(match["at"] or 0),
        gain=gain or None,  # 0 means uncalibrated
        baseline=int(match["baseline"] or match["zero"] or 0),
        unit=match["unit"] or "",
        first=None if match["first"] is None else int(match["first"]),
        checksum=None if match["sum"] is None else int(match["sum"]),
        label=(match["label"] or "").strip(),
    )


def _fraction(text: str | None) -> Fraction | None:
    try:
        return Fraction(text) if text and len(text) <= 24 else None
    except (ValueError, ZeroDivisionError):
        return None


def _bad(message: str, field: str) -> Refused:
    return Refused("wfdb-header", message, field=field)


def _text(data: bytes) -> list[str]:
    return [line.strip() for line in plain_text(data).splitlines()]


def _lines(data: bytes) -> list[str]:
    return [line for line in _text(data) if line and not line.startswith("#")]


def _comments(data: bytes) -> list[str]:
    return [line.lstrip("# ") for line in _text(data) if line.startswith("#")]
