"""Filters an aECG names among the control variables of its series."""

from __future__ import annotations

from apps.ecg.formats.canonical import Filters
from apps.ecg.formats.hertz import filter_hz
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .codes import code_of

PREFIX = "MDC_ECG_CTL_VBL_ATTR_FILTER_"
_FREQUENCIES = (f"{PREFIX}CUTOFF_FREQ", f"{PREFIX}NOTCH_FREQ")


def read_filters(series: Element, warnings: Warnings) -> Filters:
    """In Hz; a filter named without its frequency is not known."""
    found: dict[str, float] = {}
    for outer in series.all("controlVariable"):
        variable = outer.at("controlVariable")
        frequency = _frequency(variable, warnings) if variable is not None else None
        if variable is not None and frequency is not None:
            found[code_of(variable).removeprefix(PREFIX)] = frequency
    return Filters(found.get("HIGH_PASS"), found.get("LOW_PASS"), found.get("NOTCH"))


def _frequency(variable: Element, warnings: Warnings) -> float | None:
    for component in variable.all("component"):
        part = component.at("controlVariable")
        if part is None or code_of(part) not in _FREQUENCIES:
            continue
        value = part.need("value")
        if value.attribute("unit") == "Hz":
            return filter_hz(value.attribute("value"), warnings)
        warnings.add("filter", "A filter's frequency is not in Hz.")
    return None
