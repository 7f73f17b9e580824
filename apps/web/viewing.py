"""What the viewer of a page is told beside the waveform: beats, priors, kept measurements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from apps.ecg.beats import borders_of, peaks_of
from apps.ecg.models import Analysis, ReaderMeasurement, Recording
from apps.ecg.reader_measurements import moved_borders
from apps.ecg.stated_numbers import QUANTITIES, SIGNS, UNITS, in_words
from apps.tenants.access import Active
from apps.web.times import day, zone_of

MINUS = "\N{MINUS SIGN}"
DIFFERENT_LEADS = "Different lead system: not compared."
BORDER_WORDS = {
    "p_on": "P start",
    "p_off": "P end",
    "qrs_on": "QRS start",
    "qrs_off": "QRS end",
    "t_on": "T start",
    "t_off": "T end",
}
Tool = ReaderMeasurement.Tool


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept measurement as a page lists it."""

    row: ReaderMeasurement
    what: str
    reading: str

    @property
    def by(self) -> str:
        return str(self.row.made_by)

    @property
    def is_drawn(self) -> bool:
        return self.row.struck_at is None and self.row.is_caliper


def comparable(one: Recording, other: Recording) -> bool:
    """Numbers of different lead systems are not set side by side (ECG serial comparison)."""
    return one.electrode_system == other.electrode_system


def day_of(recording: Recording, zone: ZoneInfo) -> str:
    at = recording.acquired_at
    return day(at.astimezone(zone)) if at else "time not known"


def priors(recording: Recording, earlier: Iterable[Recording], zone: ZoneInfo) -> list[Any]:
    """Where the viewer finds each older recording, newest first."""
    return [
        {
            "id": str(row.public_id),
            "day": day_of(row, zone),
            "wave": reverse("waveform", args=[row.public_id]),
            "beats": reverse("beats", args=[row.public_id]),
            "comparable": comparable(recording, row),
        }
        for row in earlier
    ]


def beats(
    recording: Recording, analysis: Analysis | None, kept: Sequence[ReaderMeasurement] = ()
) -> dict[str, Any]:
    """R peaks as sample indexes, and the borders of the median beat in ms from R."""
    return {
        "peaks": peaks_of(analysis),
        "borders": borders_of(analysis, recording),
        "moved": moved_borders(kept),
    }


def kept_part(
    active: Active, recording: Recording, kept: Iterable[ReaderMeasurement]
) -> dict[str, Any]:
    return {
        "kept": [Kept(row, what(row), reading(row)) for row in kept],
        "may_measure": active.may("edit_report"),
        "quantities": QUANTITIES.items(),
        "stated_units": [(unit, SIGNS.get(unit, unit)) for one in UNITS.values() for unit in one],
        "kept_zone": zone_of(recording),
    }


def what(row: ReaderMeasurement) -> str:
    if row.is_stated:
        return f"{QUANTITIES[row.places['name']].label}, stated"
    if row.tool == Tool.BORDER:
        return BORDER_WORDS[row.places["name"]]
    lead = row.lead.replace("-", MINUS)
    return f"{row.get_tool_display()}, {lead}"


def from_r(ms: float) -> str:
    return f"{ms:.0f}".replace("-", MINUS)


def reading(row: ReaderMeasurement) -> str:
    """As the caliper says it: 620 ms · 97 /min, 1.24 mV, 38.0°."""
    if row.is_stated:
        return in_words(row)
    value = float(row.value)
    if row.tool == Tool.BORDER:
        platform = row.places["platform_ms"]
        return f"{from_r(value)} ms from R, platform {from_r(platform)} ms"
    if row.tool == Tool.AMPLITUDE:
        return f"{value:.2f} mV".replace("-", MINUS)
    if row.tool == Tool.ANGLE:
        places = row.places
        return f"{value:.1f}° at {places['speed']:g} mm/s, {places['gain']:g} mm/mV"
    rate = f" · {60000 / value:.0f} /min" if value else ""
    times = f" × {row.places['repeats']}" if row.tool == Tool.MARCH else ""
    return f"{value:g} ms{rate}{times}"
