"""What readers measured on the trace or stated, and the median beat with its borders, printed."""

from __future__ import annotations

import zoneinfo
from typing import Any

from apps.ecg.formats.canonical import Waveform
from apps.ecg.median_beat import BEFORE_MS, median_beat, whole_beats
from apps.reports.pdf.content import Beat, Border, ReadingRow
from apps.reports.printed_numbers import UNITS, label_of
from apps.reports.printed_times import text_of

MINUS = "\N{MINUS SIGN}"
BORDERS = {
    "p_on": "P start",
    "p_off": "P end",
    "qrs_on": "QRS start",
    "qrs_off": "QRS end",
    "t_on": "T start",
    "t_off": "T end",
}
TOOLS = {
    "time": "Interval",
    "amplitude": "Amplitude",
    "march": "March-out",
    "angle": "Angle",
}
DEVICES_OWN = "As the device sent it."
Row = dict[str, Any]


def beat_of(beats: Row, rhythm: Waveform, median: Waveform | None) -> Beat | None:
    """The median of the beats that were measured; the device's own where none was."""
    found = median_beat(rhythm, beats["peaks"])
    if found is None:
        return Beat(median, note=DEVICES_OWN) if median else None
    moved = {row["name"]: row["ms"] for row in beats["moved"]}
    borders = tuple(Border(ms, moved.get(name)) for name, ms in beats["borders"].items())
    beats_in = len(whole_beats(rhythm, beats["peaks"]))
    note = f"Median of {beats_in} beats, {beats['algorithm']}."
    return Beat(found, BEFORE_MS, borders, note)


def reading_rows(snapshot: Row, zone: zoneinfo.ZoneInfo) -> tuple[ReadingRow, ...]:
    """Moved borders first, then the calipers in the order they were kept, then stated numbers."""
    borders = (_border(row, zone) for row in snapshot["beats"]["moved"])
    return (*borders, *(_caliper(row, zone) for row in snapshot["calipers"]))


def _border(row: Row, zone: zoneinfo.ZoneInfo) -> ReadingRow:
    return ReadingRow(
        what=BORDERS[row["name"]],
        reading=f"{_signed(row['ms'])} ms from R",
        machine=f"{_signed(row['platform_ms'])} ms",
        reader=row["by"],
        made=text_of(row["at"], zone),
        reason=row["reason"],
    )


def _caliper(row: Row, zone: zoneinfo.ZoneInfo) -> ReadingRow:
    if row["tool"] == "stated":
        return _stated(row, zone)
    what = f"{TOOLS[row['tool']]}, {row['lead'].replace('-', MINUS)}"
    when = text_of(row["at"], zone)
    return ReadingRow(what, _reading(row), "", row["by"], when)


def _stated(row: Row, zone: zoneinfo.ZoneInfo) -> ReadingRow:
    unit, platform = UNITS.get(row["unit"], row["unit"]), row["places"]["platform"]
    return ReadingRow(
        what=f"{label_of(row['places']['name'])}, stated",
        reading=f"{_signed(float(row['value']))} {unit}",
        machine=f"{_signed(float(platform))} {unit}" if platform else "not measured",
        reader=row["by"],
        made=text_of(row["at"], zone),
        reason=row["reason"],
    )


def _reading(row: Row) -> str:
    """As the caliper says it: 620 ms · 97 /min, 1.24 mV, 38.0°."""
    value, places = float(row["value"]), row["places"]
    if row["tool"] == "amplitude":
        return f"{value:.2f} mV".replace("-", MINUS)
    if row["tool"] == "angle":
        return f"{value:.1f}° at {places['speed']:g} mm/s, {places['gain']:g} mm/mV"
    rate = f" · {60000 / value:.0f} /min" if value else ""
    times = f" × {places['repeats']}" if row["tool"] == "march" else ""
    return f"{value:g} ms{rate}{times}"


def _signed(ms: float) -> str:
    return f"{ms:.0f}".replace("-", MINUS)
