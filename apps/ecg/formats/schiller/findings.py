"""Numbers, words and filters of a Schiller file; the format fixes the units."""

from __future__ import annotations

import itertools
from decimal import Decimal

from apps.ecg.formats.canonical import Filters, SourceMeasurement, SourceStatement
from apps.ecg.formats.numbers import parse_decimal
from apps.ecg.formats.reported import Reported
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

# The file names no formula of its QTC.
NAMES = {
    "HR": "heart_rate_bpm",
    "RR": "rr_ms",
    "P": "p_ms",
    "PQ": "pr_ms",
    "QRS": "qrs_ms",
    "QT": "qt_ms",
    "QTC": "qtc_ms",
    "AXIS_P": "p_axis_deg",
    "AXIS_QRS": "qrs_axis_deg",
    "AXIS_T": "t_axis_deg",
}
_LIMITS = ("P_ON", "P_OFF", "QRS_ON", "QRS_OFF", "T_OFF")
_OPEN = {"", "-"}
MAX_STATEMENT = 1000


def read_said(event: Element) -> dict[str, str]:
    """What the file says of the whole ECG, by its own names; a dash says nothing."""
    pairs = ((one.text("name"), one.text("value")) for one in event.all("annotation_global"))
    return {name: value for name, value in pairs if value not in _OPEN}


def numbers(said: dict[str, str]) -> dict[str, Decimal]:
    parsed = {name: parse_decimal(value) for name, value in said.items()}
    return {name: value for name, value in parsed.items() if value is not None}


def read_measurements(said: dict[str, str], warnings: Warnings) -> tuple[SourceMeasurement, ...]:
    reported = Reported(warnings)
    for name, canonical in NAMES.items():
        reported.add(canonical, said.get(name, ""), code=f"annotation_global/{name}")
    known = numbers(said)
    limits = [known[name] for name in _LIMITS if name in known]
    if any(a > b for a, b in itertools.pairwise(limits)):
        warnings.add("fiducial-order", "The device's wave limits are out of order.")
    return reported.all()


def read_statements(event: Element) -> tuple[SourceStatement, ...]:
    """The interpretation, one statement a line."""
    found: list[SourceStatement] = []
    for block in event.all("textdata"):
        if block.text("type") == "INTERPRETATION":
            lines = block.text("textdata").split("\n")
            found += [
                SourceStatement(text[:MAX_STATEMENT]) for line in lines if (text := line.strip())
            ]
    return tuple(found)


def read_filters(event: Element) -> Filters:
    """Edges in Hz; a mains filter that is OFF is 0, one that says nothing None."""
    block = event.at("filters_data")
    said = {one.text("name"): one.text("value") for one in block.all("filter")} if block else {}
    return Filters(
        high_pass_hz=_hz(said.get("HIGHPASS_CUTOFF_FREQ", "")),
        low_pass_hz=_hz(said.get("LOWPASS_CUTOFF_FREQ", "")),
        notch_hz=0.0 if said.get("MAINS") == "OFF" else _hz(said.get("MAINS", "")),
    )


def _hz(text: str) -> float | None:
    value = parse_decimal(text)
    return float(value) if value is not None and value >= 0 else None
