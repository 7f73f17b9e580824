"""Numbers a device reported, in file order; what is not sure is left out with a warning."""

from __future__ import annotations

from decimal import Decimal

from .canonical import SourceMeasurement
from .numbers import parse_decimal
from .units import Factor, measurement_factor
from .warnings import Warnings

NOT_MEASURED = frozenset({29999, 32767, 32768, -32768, 65535})
LARGEST = 1_000_000
_UNITS = {"ms": "ms", "bpm": "/min", "deg": "deg"}


class Reported:
    """The numbers of one file; a name and lead given twice keeps its first value."""

    def __init__(self, warnings: Warnings) -> None:
        self.warnings = warnings
        self._found: dict[tuple[str, str], SourceMeasurement] = {}

    def add(
        self,
        name: str,
        text: str,
        *,
        unit: str | None = None,
        method: str = "",
        lead: str = "",
        code: str = "",
    ) -> None:
        """`name` ends in its canonical unit (_ms, _bpm, _deg); `unit` is the file's, None
        where the format fixes it. An empty text is not measured and is passed over silently.
        """
        wanted = _UNITS[name.rsplit("_", 1)[1]]
        factor = measurement_factor(wanted if unit is None else unit, wanted)
        number = parse_decimal(text)
        if problem := _problem(number, factor, wanted) if text else None:
            self.warnings.add(problem[0], f"{name} {problem[1]}.")
        elif number is not None and factor is not None:
            if factor.alias:
                self.warnings.add("unit-alias", f"The unit of {name} was read as {wanted}.")
            value = number * factor.factor
            if wanted == "deg" and abs(value) > 180:
                value = (value + 180) % 360 - 180
            self._keep(SourceMeasurement(name, float(value), wanted, method, lead, code, text[:32]))

    def all(self) -> tuple[SourceMeasurement, ...]:
        return tuple(self._found.values())

    def _keep(self, new: SourceMeasurement) -> None:
        old = self._found.setdefault((new.name, new.lead), new)
        if old.value != new.value:
            self.warnings.add(
                "measurement-twice",
                f"{new.name} is given twice with different values; the first counts.",
            )


def _problem(number: Decimal | None, factor: Factor | None, unit: str) -> tuple[str, str] | None:
    """Why a number is left out: warning code and what it says of it; None where it is kept."""
    if number is None:
        return "measurement-number", "is not a number"
    if number in NOT_MEASURED or (unit != "deg" and number <= 0):
        return "not-measured", "says not measured"
    if factor is None:
        return "measurement-unit", "has no unit that fits it"
    if abs(number) > (360 if unit == "deg" else LARGEST):
        return "measurement-range", "is out of range"
    return None
