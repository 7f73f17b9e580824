"""One profile: which devices it is of, and what is so in their files."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.ecg.formats.lead_codes import lead_by_meaning
from apps.ecg.formats.units import voltage_factor

DATE_ORDERS = ("DMY", "MDY", "YMD")
MEASUREMENT_UNITS = {"ms": "ms", "bpm": "/min", "deg": "deg"}


class BadProfile(ValueError):
    """A profile that says something no decoder understands; the text is for its author."""


@dataclass(frozen=True, slots=True)
class UnitRule:
    """`stated` really means `means`, where the number it belongs to lies within the borders."""

    stated: str
    means: str
    least: Decimal | None = None
    most: Decimal | None = None

    def fits(self, stated: str, size: Decimal | None) -> bool:
        if stated != self.stated:
            return False
        if self.least is None or self.most is None:
            return True
        return size is not None and self.least <= size <= self.most


@dataclass(frozen=True, slots=True)
class MeasurementRule:
    """A canonical measurement, and the unit of numbers that come without one."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Patterns may hold `*`; an empty one is every device's. `name` and `version` tell it apart."""

    name: str
    version: int
    manufacturer: str = ""
    model: str = ""
    software: str = ""
    units: tuple[UnitRule, ...] = ()
    leads: dict[str, str] = field(default_factory=dict)
    measurements: dict[str, MeasurementRule] = field(default_factory=dict)
    signal_seconds: Decimal | None = None
    date_order: str = ""
    zone: str = ""
    demo_hashes: frozenset[str] = frozenset()

    def matches(self, manufacturer: str, model: str, software: str) -> bool:
        pairs = (
            (self.manufacturer, manufacturer),
            (self.model, model),
            (self.software, software),
        )
        return all(_like(pattern, text) for pattern, text in pairs)

    @property
    def exactness(self) -> int:
        """How much of the device it names; of several that match the most exact counts."""
        text = self.manufacturer + self.model + self.software
        return len(text.replace("*", ""))


def _like(pattern: str, text: str) -> bool:
    plain = pattern.strip().casefold().replace("[", "[[]")
    return not plain or fnmatch.fnmatchcase(text.strip().casefold(), plain)


def profile_of(raw: dict[str, Any]) -> Profile:
    """A profile from plain JSON. Raises BadProfile."""
    try:
        seconds = raw.get("signal_seconds")
        profile = Profile(
            name=str(raw["name"]),
            version=int(raw["version"]),
            manufacturer=str(raw.get("manufacturer", "")),
            model=str(raw.get("model", "")),
            software=str(raw.get("software", "")),
            units=tuple(_unit(row) for row in raw.get("units", ())),
            leads={str(key): _lead(str(value)) for key, value in raw.get("leads", {}).items()},
            measurements={
                str(key): measurement_rule(str(value))
                for key, value in raw.get("measurements", {}).items()
            },
            signal_seconds=_seconds(seconds) if seconds else None,
            date_order=str(raw.get("date_order", "")),
            zone=str(raw.get("zone", "")),
            demo_hashes=_hashes(raw.get("demo_hashes", ())),
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise BadProfile("The profile is not complete.") from error
    if profile.date_order not in ("", *DATE_ORDERS):
        raise BadProfile(f"An order of dates is one of {', '.join(DATE_ORDERS)}.")
    return profile


def _unit(row: dict[str, Any]) -> UnitRule:
    means = str(row["means"])
    factor = voltage_factor(means)
    if factor is None or factor.alias:
        raise BadProfile("A unit can only mean nV, uV, mV or V.")
    borders = [Decimal(str(row[key])) if row.get(key) else None for key in ("least", "most")]
    if (borders[0] is None) != (borders[1] is None):
        raise BadProfile("A unit has either no borders or two.")
    return UnitRule(str(row["stated"]), means, *borders)


def _lead(name: str) -> str:
    known = lead_by_meaning(name)
    if known is None or known != name:
        raise BadProfile(f"{name[:16]} is not the name of a lead.")
    return known


def measurement_rule(name: str) -> MeasurementRule:
    """A measurement by its canonical name, whose ending is its unit. Raises BadProfile."""
    unit = MEASUREMENT_UNITS.get(name.rsplit("_", 1)[-1])
    if unit is None or not name.replace("_", "").isascii() or len(name) > 32:
        raise BadProfile(f"{name[:32]} is not a measurement: its name ends in _ms, _bpm or _deg.")
    return MeasurementRule(name, unit)


def _seconds(value: Any) -> Decimal:
    seconds = Decimal(str(value))
    if not Decimal("2.4") <= seconds <= 3600:
        raise BadProfile("The signal lasts between 2.4 and 3600 seconds.")
    return seconds


def _hashes(values: Iterable[Any]) -> frozenset[str]:
    found = frozenset(map(str, values))
    if any(not value.startswith("ecg1:") or len(value) != 69 for value in found):
        raise BadProfile("A demo signal is named by its hash: ecg1: and 64 hexadecimal digits.")
    return found
