"""Codes for what is written: leads, units, measurements, statements."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from apps.ecg.formats.canonical import DecodedEcg, Lead, SourceMeasurement
from apps.ecg.formats.lead_codes import number_of_lead

from .measurements import NAMES, QTC_METHODS

_UNITS = {
    "nV": "nanovolt",
    "uV": "microvolt",
    "mV": "millivolt",
    "ms": "millisecond",
    "deg": "degree",
    "/min": "per minute",
}
_LABELS = {
    "heart_rate_bpm": "Ventricular Heart Rate",
    "atrial_rate_bpm": "Atrial Heart Rate",
    "rr_ms": "RR Interval",
    "pp_ms": "PP Interval",
    "p_ms": "P Duration",
    "pr_ms": "PR Interval",
    "qrs_ms": "QRS Duration",
    "qt_ms": "QT Interval",
    "qtc_ms": "QTc Interval",
    "qtc_bazett_ms": "QTc Interval Bazett",
    "qtc_fridericia_ms": "QTc Interval Fridericia",
    "p_axis_deg": "P Axis",
    "qrs_axis_deg": "QRS Axis",
    "t_axis_deg": "T Axis",
}
_METHODS = {method: key for key, method in QTC_METHODS.items()}


def code_item(scheme: str, value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def units(unit: str) -> tuple[str, str]:
    """UCUM code and its label."""
    return unit, _UNITS[unit]


def lead_source(lead: Lead, scheme: str, *, negated: bool) -> Dataset:
    number = number_of_lead(lead.name, derived=False, negated=negated)
    prefix = "2:" if scheme == "MDC" else "5.6.3-9-"
    return code_item(scheme, f"{prefix}{number}", f"Lead {'-' * negated}{lead.name}")


def annotation_items(ecg: DecodedEcg, scheme: str) -> list[Dataset]:
    """Statements first, then measurements, all of the whole first group."""
    items = []
    for statement in ecg.statements:
        item = Dataset()
        item.UnformattedTextValue = statement.text
        items.append(_of_group(item, 0))
    return items + [_measurement(m, scheme) for m in ecg.measurements]


def _measurement(measurement: SourceMeasurement, scheme: str) -> Dataset:
    item = Dataset()
    item.ConceptNameCodeSequence = Sequence([_concept(measurement.name, scheme)])
    unit = code_item("UCUM", *units(measurement.unit))
    item.MeasurementUnitsCodeSequence = Sequence([unit])
    item.NumericValue = f"{measurement.value:.10g}"
    return _of_group(item, 1)


def _of_group(item: Dataset, number: int) -> Dataset:
    item.ReferencedWaveformChannels = [1, 0]
    item.AnnotationGroupNumber = number
    return item


def _concept(name: str, scheme: str) -> Dataset:
    """In the wanted scheme where it has a code, else in MDC."""
    method = name.removeprefix("qtc_").removesuffix("_ms")
    own = [key for key, known in NAMES.items() if known == name]
    if own:
        found = next((key for key in own if key[0] == scheme), own[0])
        return code_item(*found, _LABELS[name])
    if method not in _METHODS:
        raise ValueError("measurement has no code")
    concept = _concept("qtc_ms", scheme)
    modifier = code_item(*_METHODS[method], method.capitalize())
    concept.ModifierCodeSequence = Sequence([modifier])
    return concept
