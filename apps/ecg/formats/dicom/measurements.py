"""Device measurements, by scheme and code, with a unit that fits (ECG_FACTS: never by label)."""

from __future__ import annotations

from decimal import Decimal

from apps.ecg.formats.canonical import SourceMeasurement
from apps.ecg.formats.numbers import parse_decimal
from apps.ecg.formats.units import Factor, measurement_factor

from . import tags
from .elements import Dataset
from .groups import Group
from .values import Code, Reader, ascii_text, unsigned_list

_NAMES_BY_SCHEME = {
    "SCPECG": {
        "5.10.2.5-1": "heart_rate_bpm",
        "5.10.2.1-3": "rr_ms",
        "5.10.2.1-5": "pp_ms",
        "5.13.5-7": "pr_ms",
        "5.13.5-9": "qrs_ms",
        "5.13.5-11": "qt_ms",
        "5.10.2.5-5": "qtc_ms",
        "5.10.3-11": "p_axis_deg",
        "5.10.3-13": "qrs_axis_deg",
        "5.10.3-15": "t_axis_deg",
    },
    "MDC": {
        "2:16016": "heart_rate_bpm",
        "2:16020": "atrial_rate_bpm",
        "2:16168": "rr_ms",
        "2:16000": "rr_ms",
        "2:16140": "pp_ms",
        "2:16184": "p_ms",
        "2:15872": "pr_ms",
        "2:16144": "pr_ms",
        "2:16156": "qrs_ms",
        "2:16160": "qt_ms",
        "2:15876": "qtc_ms",
        "2:15880": "qtc_bazett_ms",
        "2:15892": "qtc_fridericia_ms",
        "2:16128": "p_axis_deg",
        "2:16132": "qrs_axis_deg",
        "2:16136": "t_axis_deg",
    },
    "LN": {
        "8867-4": "heart_rate_bpm",
        "8625-6": "pr_ms",
        "8633-0": "qrs_ms",
        "8634-8": "qt_ms",
        "8636-3": "qtc_ms",
        "8626-4": "p_axis_deg",
        "8632-2": "qrs_axis_deg",
        "8638-9": "t_axis_deg",
    },
}
NAMES = {(s, value): name for s, table in _NAMES_BY_SCHEME.items() for value, name in table.items()}
QTC_METHODS = {  # CID 3678
    ("DCM", "122730"): "bazett",
    ("DCM", "122731"): "hodges",
    ("DCM", "122732"): "fridericia",
    ("DCM", "122733"): "framingham",
}
_METHOD_OF_NAME = {"qtc_bazett_ms": "bazett", "qtc_fridericia_ms": "fridericia"}
_NOT_MEASURED = {29999, 32767, 32768, -32768, 65535}
_UNIT_OF = {"ms": "ms", "bpm": "/min", "deg": "deg"}


def read_measurements(
    dataset: Dataset, groups: list[Group], reader: Reader
) -> tuple[SourceMeasurement, ...]:
    """The device's numbers in file order; what is not sure is left out with a warning."""
    found: dict[tuple[str, str], SourceMeasurement] = {}
    unknown = 0
    for item in dataset.items(tags.WAVEFORM_ANNOTATIONS):
        text = ascii_text(item, tags.NUMERIC_VALUE)
        code = reader.code(item, tags.CONCEPT_NAME)
        if not text or code is None:
            continue
        name = NAMES.get(code.key())
        if name is None:
            unknown += 1
        elif measurement := _measurement(item, name, code, text, groups, reader):
            _keep(found, measurement, reader)
    if unknown:
        reader.warnings.add(
            "measurement-unknown", f"{unknown} numbers with codes not known here were left out."
        )
    return tuple(found.values())


def _keep(
    found: dict[tuple[str, str], SourceMeasurement], new: SourceMeasurement, reader: Reader
) -> None:
    old = found.setdefault((new.name, new.lead), new)
    if old.value != new.value:
        reader.warnings.add(
            "measurement-twice",
            f"{new.name} is given twice with different values; the first counts.",
        )


def _measurement(
    item: Dataset, name: str, code: Code, text: str, groups: list[Group], reader: Reader
) -> SourceMeasurement | None:
    unit = _UNIT_OF[name.rsplit("_", 1)[1]]
    number = parse_decimal(text.split("\\")[0])
    given = reader.code(item, tags.MEASUREMENT_UNITS)
    factor = measurement_factor(given.value, unit) if given else None
    if problem := _problem(number, factor, unit):
        reader.warnings.add(problem[0], f"{name} {problem[1]}.")
    if problem or number is None or factor is None:
        return None
    if factor.alias:
        reader.warnings.add("unit-alias", f"The unit of {name} was read as {unit}.")
    value = number * factor.factor
    if unit == "deg" and abs(value) > 180:
        value = (value + 180) % 360 - 180
    name, method = _with_method(item, name)
    lead = _lead(item, groups)
    return SourceMeasurement(name, float(value), unit, method, lead, str(code), text[:32])


def _problem(number: Decimal | None, factor: Factor | None, unit: str) -> tuple[str, str] | None:
    """Why a number is left out: warning code and what it says of it; None where it is kept."""
    if number is None:
        return "measurement-number", "is not a number"
    if number in _NOT_MEASURED or (unit != "deg" and number <= 0):
        return "not-measured", "says not measured"
    if factor is None:
        return "measurement-unit", "has no unit that fits it"
    if unit == "deg" and abs(number) > 360:
        return "measurement-range", "is not an angle"
    return None


def _with_method(item: Dataset, name: str) -> tuple[str, str]:
    """A QTc is of unknown formula unless its code, or a modifier of it, names one."""
    if name != "qtc_ms":
        return name, _METHOD_OF_NAME.get(name, "")
    for concept in item.items(tags.CONCEPT_NAME):
        for modifier in concept.items(tags.CONCEPT_MODIFIER):
            key = ascii_text(modifier, tags.CODING_SCHEME), ascii_text(modifier, tags.CODE_VALUE)
            if method := QTC_METHODS.get(key):
                return f"qtc_{method}_ms", method
    return name, ""


def _lead(item: Dataset, groups: list[Group]) -> str:
    """The lead of a reference to one channel (1-based); empty for a whole group."""
    pair = unsigned_list(item, tags.REFERENCED_CHANNELS, width=2)
    if len(pair) != 2 or not 1 <= pair[0] <= len(groups):
        return ""
    channels = groups[pair[0] - 1].channels
    return channels[pair[1] - 1].lead.name if 1 <= pair[1] <= len(channels) else ""
