"""Device measurements, by scheme and code, with a unit that fits (ECG_FACTS: never by label)."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import SourceMeasurement
from apps.ecg.formats.reported import Reported

from . import tags
from .elements import Dataset
from .groups import Group
from .values import Reader, ascii_text, unsigned_list

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


def read_measurements(
    dataset: Dataset, groups: list[Group], reader: Reader
) -> tuple[SourceMeasurement, ...]:
    """The device's numbers in file order; what is not sure is left out with a warning."""
    reported = Reported(reader.warnings)
    unknown = 0
    for item in dataset.items(tags.WAVEFORM_ANNOTATIONS):
        text = ascii_text(item, tags.NUMERIC_VALUE)
        code = reader.code(item, tags.CONCEPT_NAME)
        if not text or code is None:
            continue
        rule = profiles.measurement("ConceptNameCodeSequence", str(code))
        known = rule.name if rule else NAMES.get(code.key())
        if known is None:
            unknown += 1
            continue
        name, method = _with_method(item, known)
        given = reader.code(item, tags.MEASUREMENT_UNITS)
        unit = given.value if given else (rule.unit if rule else "")
        lead = _lead(item, groups)
        first = text.split("\\")[0]
        reported.add(name, first, unit=unit, method=method, lead=lead, code=str(code))
    if unknown:
        reader.warnings.add(
            "measurement-unknown", f"{unknown} numbers with codes not known here were left out."
        )
    return reported.all()


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
    if len(pair) != 2:
        return ""
    group = next((group for group in groups if group.number == pair[0]), None)
    channels = group.channels if group else []
    return next((c.lead.name for c in channels if c.column == pair[1] - 1), "")
