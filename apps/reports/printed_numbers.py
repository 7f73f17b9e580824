"""Measurements as they are printed: the standing number, the machine's beside it, the prior's."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any

from apps.reports.pdf.content import MeasurementRow
from apps.reports.printed_times import day_of, text_of

LABELS = {
    "heart_rate_bpm": "Heart rate",
    "rr_ms": "RR",
    "p_ms": "P duration",
    "pr_ms": "PR",
    "qrs_ms": "QRS",
    "qt_ms": "QT",
    "qtc_ms": "QTc, formula not stated",
    "qtc_bazett_ms": "QTc Bazett",
    "qtc_fridericia_ms": "QTc Fridericia",
    "qtc_framingham_ms": "QTc Framingham",
    "qtc_hodges_ms": "QTc Hodges",
    "p_axis_deg": "P axis",
    "qrs_axis_deg": "QRS axis",
    "t_axis_deg": "T axis",
    "pp_ms": "PP",
    "atrial_rate_bpm": "Atrial rate",
}
# What a reader looks for first; the rest follows in the order it was measured.
FIRST = (
    "heart_rate_bpm",
    "pr_ms",
    "qrs_ms",
    "qt_ms",
    "qtc_fridericia_ms",
    "qtc_bazett_ms",
    "qrs_axis_deg",
)
SOURCES = {"device": "Device", "platform": "Platform", "human": "Reader", "model": "Algorithm"}
UNITS = {"deg": "°"}
MINUS = "\N{MINUS SIGN}"
FULL_TURN = 360
Row = dict[str, Any]


def measurement_rows(
    rows: list[Row], prior: Row | None, zone: zoneinfo.ZoneInfo
) -> tuple[MeasurementRow, ...]:
    """A reader's number stands above the platform's, which keeps its own row; then the device's."""
    machine = {row["name"]: row["value"] for row in rows if row["source"] == "platform"}
    edited = {row["name"] for row in rows if row["source"] == "human"}
    return tuple(_row(row, machine, edited, prior, zone) for row in sorted(rows, key=_place(rows)))


def _row(
    row: Row, machine: dict[str, str], edited: set[str], prior: Row | None, zone: zoneinfo.ZoneInfo
) -> MeasurementRow:
    name, is_readers = row["name"], row["source"] == "human"
    is_replaced = row["source"] == "platform" and name in edited
    before = _prior_value(row, prior)
    return MeasurementRow(
        label=label_of(name),
        value=_shown(row["value"]),
        unit=UNITS.get(str(row["unit"]), str(row["unit"])),
        method=row["method"],
        source=_source(row, is_replaced, zone),
        prior_value=before and _shown(before),
        prior_date=day_of(prior["acquired_at"], zone) if prior and before else "",
        change=_change(row, before) if before else "",
        machine=_shown(machine[name]) if is_readers and name in machine else "",
        is_replaced=is_replaced,
    )


def label_of(name: str) -> str:
    """In words; a number before it was edited, or of an expert, says so."""
    for prefix in ("original", "expert"):
        if name.startswith(f"{prefix}_"):
            return f"{label_of(name.removeprefix(prefix + '_'))}, {prefix}"
    return LABELS.get(name, name)


def _source(row: Row, is_replaced: bool, zone: zoneinfo.ZoneInfo) -> str:
    if row["source"] == "human":
        return f"Reader {row['by']}, {text_of(row['at'], zone)}"
    source = SOURCES[row["source"]]
    return f"{source}, replaced by the reader" if is_replaced else source


def _place(rows: list[Row]) -> Callable[[Row], tuple[bool, int, bool]]:
    """Device numbers last; the others by name, the reader's before the platform's."""
    names = [*FIRST, *(row["name"] for row in rows if row["name"] not in FIRST)]

    def place(row: Row) -> tuple[bool, int, bool]:
        source = row["source"]
        return source == "device", names.index(row["name"]), source != "human"

    return place


def _prior_value(row: Row, prior: Row | None) -> str:
    """Only like is compared with like: the platform's number with the platform's."""
    if prior is None or row["source"] != "platform":
        return ""
    return str(prior["values"].get(row["name"], ""))


def _change(row: Row, before: str) -> str:
    """Of the numbers as printed; an axis turns the shorter way."""
    change = round(float(row["value"])) - round(float(before))
    if row["unit"] == "deg":
        change = (change + FULL_TURN // 2) % FULL_TURN - FULL_TURN // 2
    return f"{change:+d}".replace("-", MINUS) if change else "0"


def _shown(value: str) -> str:
    """Whole ms, beats and degrees, as readers use them; the exact number stays in the record."""
    return str(round(float(value))).replace("-", MINUS)
