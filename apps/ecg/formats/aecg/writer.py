"""Writes an ECG as HL7 aECG, for tests and synthetic recordings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from xml.etree import ElementTree as ET

from apps.ecg.formats.canonical import DecodedEcg, Waveform
from apps.ecg.formats.xml import XSI
from apps.ecg.formats.xml.writing import add, to_bytes

from .annotations import NAMES
from .codes import LEAD, MDC, MEDIAN, NAMESPACE, RHYTHM
from .filters import PREFIX

_ACT = "2.16.840.1.113883.5.4"
_NV_PER_UNIT = {"nV": 1, "uV": 1_000, "mV": 1_000_000}


@dataclass(frozen=True, slots=True)
class AecgOptions:
    """How the same ECG is written; the defaults are what most exports hold."""

    unit: Literal["nV", "uV", "mV"] = "uV"
    increment_unit: Literal["s", "ms"] = "s"
    leads: tuple[str, ...] = ()  # which, in which order; empty: as they are
    absolute_time: bool = True
    encoding: Literal["UTF-8", "UTF-16"] = "UTF-8"


DEFAULTS = AecgOptions()


def write_aecg(ecg: DecodedEcg, options: AecgOptions = DEFAULTS) -> bytes:
    """The file. Raises ValueError where an aECG cannot hold the ECG exactly."""
    root = ET.Element("AnnotatedECG", {"xmlns": NAMESPACE, "type": "Observation"})
    _effective_time(root, ecg)
    _subject(root, ecg)
    series = add(add(root, "component"), "series")
    add(series, "code", code=RHYTHM, codeSystem=_ACT)
    _effective_time(series, ecg)
    _device(series, ecg)
    _filters(series, ecg)
    _sequences(series, ecg.rhythm, options, _time_base(ecg) if options.absolute_time else "")
    _annotations(series, ecg)
    if ecg.median is not None:
        beat = add(add(series, "derivation"), "derivedSeries")
        add(beat, "code", code=MEDIAN, codeSystem=_ACT)
        _sequences(beat, ecg.median, options, "")
    return to_bytes(root, options.encoding)


def _time_base(ecg: DecodedEcg) -> str:
    if ecg.acquired_local is None:
        return ""
    text = f"{ecg.acquired_local:%Y%m%d%H%M%S}.{ecg.acquired_local.microsecond // 1000:03d}"
    if ecg.utc_offset_minutes is None:
        return text
    hours, minutes = divmod(abs(ecg.utc_offset_minutes), 60)
    return f"{text}{'-' if ecg.utc_offset_minutes < 0 else '+'}{hours:02d}{minutes:02d}"


def _effective_time(parent: ET.Element, ecg: DecodedEcg) -> None:
    if ecg.acquired_local is not None:
        add(add(parent, "effectiveTime"), "low", value=_time_base(ecg))


def _subject(root: ET.Element, ecg: DecodedEcg) -> None:
    event = add(add(root, "componentOf"), "timepointEvent")
    assignment = add(add(event, "componentOf"), "subjectAssignment")
    subject = add(add(assignment, "subject"), "trialSubject")
    patient = ecg.patient
    add(subject, "id", root=patient.assigning_authority, extension=patient.identifier)
    person = add(subject, "subjectDemographicPerson")
    name = add(person, "name")
    add(name, "family", patient.family_name)
    add(name, "given", patient.given_name)
    add(person, "administrativeGenderCode", code={"O": "UN"}.get(patient.sex, patient.sex))
    if patient.born_on:
        add(person, "birthTime", value=f"{patient.born_on:%Y%m%d}")
    if ecg.institution:
        site = add(add(root, "location"), "testingSite")
        add(add(site, "location"), "name", ecg.institution)


def _device(series: ET.Element, ecg: DecodedEcg) -> None:
    author = add(add(series, "author"), "seriesAuthor")
    device = add(author, "manufacturedSeriesDevice")
    add(device, "id", extension=ecg.device_serial)
    add(device, "manufacturerModelName", ecg.model)
    add(device, "softwareName", ecg.software)
    add(add(author, "manufacturerOrganization"), "name", ecg.vendor)


def _filters(series: ET.Element, ecg: DecodedEcg) -> None:
    filters = ecg.filters
    for kind, part, value in (
        ("LOW_PASS", "CUTOFF_FREQ", filters.low_pass_hz),
        ("HIGH_PASS", "CUTOFF_FREQ", filters.high_pass_hz),
        ("NOTCH", "NOTCH_FREQ", filters.notch_hz),
    ):
        if value is not None:
            variable = add(add(series, "controlVariable"), "controlVariable")
            add(variable, "code", code=f"{PREFIX}{kind}", codeSystem=MDC)
            inner = add(add(variable, "component"), "controlVariable")
            add(inner, "code", code=f"{PREFIX}{part}", codeSystem=MDC)
            _quantity(inner, f"{value:g}", "Hz")


def _quantity(parent: ET.Element, value: str, unit: str) -> None:
    add(parent, "value", **{f"{XSI}type": "PQ"}, value=value, unit=unit)


def _sequences(series: ET.Element, waveform: Waveform, options: AecgOptions, absolute: str) -> None:
    if waveform.missing is not None:
        raise ValueError("an aECG holds no gaps")
    holder = add(add(series, "component"), "sequenceSet")
    time = add(add(holder, "component"), "sequence")
    add(time, "code", code="TIME_ABSOLUTE" if absolute else "TIME_RELATIVE", codeSystem=_ACT)
    value = add(time, "value", **{f"{XSI}type": "GLIST_TS" if absolute else "GLIST_PQ"})
    add(value, "head", value=absolute) if absolute else add(value, "head", value="0", unit="s")
    step = 1 / waveform.sampling_rate_hz
    if step * waveform.sampling_rate_hz != 1:
        raise ValueError("the sampling interval is not a finite decimal")
    step *= 1000 if options.increment_unit == "ms" else 1
    add(value, "increment", value=_plain(step), unit=options.increment_unit)
    names = waveform.lead_names()
    for name in options.leads or names:
        column = names.index(name)
        lead = waveform.leads[column]
        sequence = add(add(holder, "component"), "sequence")
        add(sequence, "code", code=f"{LEAD}{name.upper()}", codeSystem=MDC)
        value = add(sequence, "value", **{f"{XSI}type": "SLIST_PQ"})
        for tag, nanovolts in (("origin", lead.offset_nv), ("scale", lead.nv_per_lsb)):
            text = _plain(nanovolts / _NV_PER_UNIT[options.unit])
            add(value, tag, value=text, unit=options.unit)
        add(value, "digits", " ".join(map(str, waveform.counts[:, column].tolist())))


def _annotations(series: ET.Element, ecg: DecodedEcg) -> None:
    codes = {name: code for code, name in reversed(NAMES.items())}
    holder = add(add(series, "subjectOf"), "annotationSet")
    for statement in ecg.statements:
        annotation = add(add(holder, "component"), "annotation")
        add(annotation, "code", code="MDC_ECG_INTERPRETATION_STATEMENT", codeSystem=MDC)
        add(annotation, "value", statement.text, **{f"{XSI}type": "ST"})
    for measurement in ecg.measurements:
        annotation = add(add(holder, "component"), "annotation")
        add(annotation, "code", code=codes[measurement.name], codeSystem=MDC)
        _quantity(annotation, f"{measurement.value:g}", measurement.unit)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
