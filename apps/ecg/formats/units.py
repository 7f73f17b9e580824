"""Units: exact factors for what is known, nothing for what is not."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

# UCUM, case-sensitive: MV is megavolt, UV and mv are nothing.
_VOLTAGE_NV = {
    "nV": Decimal(1),
    "uV": Decimal(1_000),
    "mV": Decimal(1_000_000),
    "V": Decimal(1_000_000_000),
}
_VOLTAGE_ALIASES = {"µV": "uV", "μV": "uV", "microvolt": "uV", "millivolt": "mV"}

_INTERVAL_MS = {"us": Decimal("0.001"), "ms": Decimal(1), "s": Decimal(1000)}
_INTERVAL_ALIASES = {"msec": "ms", "sec": "s"}
_RATE = {"/min", "1/min", "{H.B.}/min", "{beats}/min"}
_RATE_ALIASES = {"bpm", "BPM"}
_ANGLE = {"deg"}
_ANGLE_ALIASES = {"°", "degree", "degrees"}


class Factor(NamedTuple):
    """What a value is multiplied by, and whether the unit was written in a tolerated way."""

    factor: Decimal
    alias: bool = False


def voltage_factor(unit: str) -> Factor | None:
    """To nanovolts; None for an unknown unit."""
    known = _VOLTAGE_ALIASES.get(unit, unit)
    factor = _VOLTAGE_NV.get(known)
    return None if factor is None else Factor(factor, known != unit)


def measurement_factor(unit: str, wanted: str) -> Factor | None:
    """To ms, /min or deg; None where the unit is not one of that kind."""
    if wanted == "ms":
        known = _INTERVAL_ALIASES.get(unit, unit)
        factor = _INTERVAL_MS.get(known)
        return None if factor is None else Factor(factor, known != unit)
    exact, aliases = (_RATE, _RATE_ALIASES) if wanted == "/min" else (_ANGLE, _ANGLE_ALIASES)
    if unit in exact or unit in aliases:
        return Factor(Decimal(1), unit in aliases)
    return None
