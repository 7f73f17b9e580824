"""Numbers a reader states where a machine's is wrong or missing: of known unit, with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.ecg.measurable import NotMeasurable, check_reason
from apps.ecg.model_recording import Source
from apps.ecg.models import Measurement, ReaderMeasurement, Recording

NUMBER = re.compile(r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,3})?")
# Of each unit that may be given, how many of the quantity's own.
UNITS: dict[str, dict[str, Decimal]] = {
    "/min": {"/min": Decimal(1)},
    "ms": {"ms": Decimal(1), "s": Decimal(1000)},
    "deg": {"deg": Decimal(1)},
}
SIGNS = {"deg": "°"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """What may be stated of it at all, in its own unit (UCUM)."""

    label: str
    unit: str
    least: int
    most: int


QUANTITIES = {
    "heart_rate_bpm": Quantity("Heart rate", "/min", 10, 400),
    "pr_ms": Quantity("PR", "ms", 40, 800),
    "qrs_ms": Quantity("QRS", "ms", 20, 400),
    "qt_ms": Quantity("QT", "ms", 100, 1000),
    "qrs_axis_deg": Quantity("QRS axis", "deg", -180, 180),
}


def checked(
    recording: Recording, given: dict[str, Any], reason: str
) -> tuple[dict[str, Any], Decimal, str]:
    """What is kept of `name`, `value`, `unit` as a form sends them: places, number and its unit.

    Raises NotMeasurable for a quantity, number or unit that is not one, or a number out of reach.
    """
    quantity = QUANTITIES.get(str(given.get("name", "")))
    if quantity is None:
        raise NotMeasurable("name", "This number cannot be stated.")
    text = str(given.get("value", "")).strip().replace("\N{MINUS SIGN}", "-")
    if not NUMBER.fullmatch(text):
        raise NotMeasurable("value", "Write the number in digits, with a point if it needs one.")
    units = UNITS[quantity.unit]
    factor = units.get(str(given.get("unit", "")))
    if factor is None:
        allowed = " or ".join(SIGNS.get(unit, unit) for unit in units)
        raise NotMeasurable("unit", f"{quantity.label} is given in {allowed}.")
    value = Decimal(text) * factor
    if not quantity.least <= value <= quantity.most:
        raise NotMeasurable("value", f"{quantity.label} is {_reach(quantity)}: check the unit.")
    check_reason(reason)
    name = str(given["name"])
    return {"name": name, "platform": _platforms(recording, name)}, value, quantity.unit


def _reach(quantity: Quantity) -> str:
    unit = SIGNS.get(quantity.unit, f" {quantity.unit}")
    return f"{quantity.least} to {quantity.most}{unit}".replace("-", "\N{MINUS SIGN}")


def _platforms(recording: Recording, name: str) -> str | None:
    """What the platform says now; None where it measured nothing."""
    rows = Measurement.objects.filter(recording=recording, name=name, source=Source.PLATFORM)
    newest = rows.order_by("-id").first()
    return format(newest.value.normalize(), "f") if newest else None


def stated_numbers(rows: Iterable[ReaderMeasurement]) -> dict[str, ReaderMeasurement]:
    """The newest that stands of each name; rows as they were kept."""
    standing = [row for row in rows if row.is_stated and row.struck_at is None]
    return {row.places["name"]: row for row in standing}


def in_words(row: ReaderMeasurement) -> str:
    """412 ms, platform 430 ms."""
    shown = _shown(row.value, row.unit)
    platform = row.places["platform"]
    beside = f"platform {_shown(Decimal(platform), row.unit)}" if platform else "not measured"
    return f"{shown}, {beside}"


def _shown(value: Decimal, unit: str) -> str:
    return f"{value:.0f}{SIGNS.get(unit, f' {unit}')}".replace("-", "\N{MINUS SIGN}")
