"""Writes an ECG as CardioSoft XML."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from apps.ecg.formats.canonical import DecodedEcg, Waveform
from apps.ecg.formats.xml.writing import add, to_bytes

from .findings import NAMES, TABLE, UNITS
from .waveforms import RESOLUTION_UNIT

_SEXES = {"M": "MALE", "F": "FEMALE"}
_UNIT_NAMES = {unit: name for name, unit in UNITS.items()}


def write_cardiosoft(ecg: DecodedEcg) -> bytes:
    """The file. Raises ValueError where the format cannot hold the ECG."""
    root = Element("CardiologyXML")
    _put(root, "ObservationType", "RestECG")
    if ecg.acquired_local:
        at = SubElement(root, "ObservationDateTime")
        for name in ("Hour", "Minute", "Second", "Day", "Month", "Year"):
            _put(at, name, getattr(ecg.acquired_local, name.lower()))
    _put(SubElement(root, "UID"), "DICOMStudyUID", ecg.study_instance_uid)
    device = SubElement(SubElement(root, "ClinicalInfo"), "DeviceInfo")
    software, _, analysis = ecg.software.partition(", ")
    for name, value in (("Desc", ecg.model), ("SoftwareVer", software), ("AnalysisVer", analysis)):
        _put(device, name, value)
    visit = SubElement(root, "PatientVisit")
    _put(SubElement(visit, "ServicingFacility"), "Name", ecg.institution)
    _put(visit, "OrderNumber", ecg.accession_number)
    _patient(root, ecg)
    _filters(root, ecg)
    diagnosis = SubElement(SubElement(root, "Interpretation"), "Diagnosis")
    for statement in ecg.statements:
        _put(diagnosis, "DiagnosisText", statement.text)
    _measurements(root, ecg)
    _waveform(SubElement(root, "StripData"), ecg.rhythm)
    return to_bytes(root, "ISO-8859-1")


def _put(parent: Element, name: str, value: object, **attributes: str) -> None:
    add(parent, name, str(value), **attributes)


def _patient(root: Element, ecg: DecodedEcg) -> None:
    person, patient = SubElement(root, "PatientInfo"), ecg.patient
    _put(person, "PID", patient.identifier)
    name = SubElement(person, "Name")
    _put(name, "FamilyName", patient.family_name)
    _put(name, "GivenName", patient.given_name)
    if patient.age_years is not None:
        _put(person, "Age", int(patient.age_years), units="YEARS")
    if patient.born_on:
        _date(SubElement(person, "BirthDateTime"), patient.born_on)
    _put(person, "Gender", _SEXES.get(patient.sex, "UNKNOWN"))


def _date(parent: Element, date: dt.date) -> None:
    for name in ("Day", "Month", "Year"):
        _put(parent, name, getattr(date, name.lower()))


def _filters(root: Element, ecg: DecodedEcg) -> None:
    settings, filters = SubElement(root, "FilterSetting"), ecg.filters
    if filters.notch_hz is not None:
        for hz in (50, 60):
            _put(settings, f"Filter{hz}Hz", "Yes" if filters.notch_hz == hz else "No")
    for name, value in (("LowPass", filters.low_pass_hz), ("HighPass", filters.high_pass_hz)):
        if value is not None:
            _put(settings, name, f"{value:g}", units="Hz")


def _measurements(root: Element, ecg: DecodedEcg) -> None:
    table = SubElement(root, TABLE)
    values = {m.name: m for m in ecg.measurements if not m.lead}
    for tag, name in NAMES.items():
        if name in values:
            measured = values[name]
            _put(table, tag, f"{measured.value:g}", units=_UNIT_NAMES[measured.unit])
    if ecg.median is not None:
        _waveform(SubElement(table, "MedianSamples"), ecg.median)


def _waveform(parent: Element, waveform: Waveform) -> None:
    scales = {lead.nv_per_lsb for lead in waveform.leads}
    if len(scales) > 1 or any(lead.offset_nv for lead in waveform.leads):
        raise ValueError("CardioSoft has one scale for all leads, and no offset")
    _put(parent, "NumberOfLeads", len(waveform.leads))
    _put(parent, "SampleRate", f"{waveform.sampling_rate_hz.normalize():f}", units="Hz")
    _put(parent, "ChannelSampleCountTotal", waveform.samples)
    resolution = (scales.pop() / Decimal(1000)).normalize()
    _put(parent, "Resolution", f"{resolution:f}", units=RESOLUTION_UNIT)
    _valid(parent, waveform)
    for column, lead in enumerate(waveform.leads):
        text = ",".join(map(str, waveform.counts[:, column].tolist()))
        _put(parent, "WaveformData", text, lead=lead.name)


def _valid(parent: Element, waveform: Waveform) -> None:
    """The format knows missing samples only before and behind all leads of a median."""
    if waveform.missing is None:
        return
    none, some = waveform.missing.all(axis=1), waveform.missing.any(axis=1)
    valid = np.flatnonzero(~some)
    first, last = int(valid[0]), int(valid[-1])
    if not np.array_equal(none, some) or len(valid) != last - first + 1:
        raise ValueError("CardioSoft has no place for gaps within the samples")
    _put(parent, "FirstValid", first, units="Sample")
    _put(parent, "LastValid", last, units="Sample")
