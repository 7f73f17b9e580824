"""Writes an ECG as MUSE RestingECG XML, for tests and synthetic recordings."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from xml.etree import ElementTree as ET

from apps.ecg.formats.canonical import DecodedEcg, Lead, PatientIdentity, Waveform
from apps.ecg.formats.xml.writing import add, to_bytes

from .dates import DateOrder
from .measurements import CURRENT, NAMES
from .waveforms import NV_PER_UNIT, SAMPLE_TYPE

_LINE = 76
_SEXES = {"M": "MALE", "F": "FEMALE"}


@dataclass(frozen=True, slots=True)
class MuseOptions:
    """How the same ECG is written; the defaults are what MUSE 9 exports."""

    version: str = "9.0.9.18167"
    unit: Literal["MICROVOLTS", "MILLIVOLTS", "NANOVOLTS"] = "MICROVOLTS"
    leads: tuple[str, ...] = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    encoding: Literal["UTF-8", "ISO-8859-1", "UTF-16"] = "ISO-8859-1"
    date_order: DateOrder = "month-first"
    median_first: bool = True


DEFAULTS = MuseOptions()


def write_muse(ecg: DecodedEcg, options: MuseOptions = DEFAULTS) -> bytes:
    """The file. Raises ValueError where MUSE XML cannot hold the ECG exactly."""
    root = ET.Element("RestingECG")
    add(add(root, "MuseInfo"), "MuseVersion", options.version)
    _patient(root, ecg.patient, options)
    _test(root, ecg, options)
    measurements = add(root, CURRENT)
    tags = {name: tag for tag, name in NAMES.items()}
    for measurement in ecg.measurements:
        add(measurements, tags[measurement.name], f"{measurement.value:g}")
    diagnosis = add(root, "Diagnosis")
    for statement in ecg.statements:
        line = add(diagnosis, "DiagnosisStatement")
        add(line, "StmtFlag", "ENDSLINE")
        add(line, "StmtText", statement.text)
    waveforms = [w for w in (ecg.median, ecg.rhythm) if w is not None]
    for waveform in waveforms if options.median_first else reversed(waveforms):
        _waveform(root, waveform, ecg, options)
    return to_bytes(root, options.encoding, doctype='<!DOCTYPE RestingECG SYSTEM "restecg.dtd">')


def _date_format(options: MuseOptions) -> str:
    return "%m-%d-%Y" if options.date_order == "month-first" else "%d-%m-%Y"


def _patient(root: ET.Element, patient: PatientIdentity, options: MuseOptions) -> None:
    person = add(root, "PatientDemographics")
    add(person, "PatientID", patient.identifier)
    if patient.age_years is not None:
        add(person, "PatientAge", str(int(patient.age_years)))
        add(person, "AgeUnits", "YEARS")
    if patient.born_on:
        add(person, "DateofBirth", patient.born_on.strftime(_date_format(options)))
    add(person, "Gender", _SEXES.get(patient.sex, ""))
    add(person, "PatientLastName", patient.family_name)
    add(person, "PatientFirstName", patient.given_name)


def _test(root: ET.Element, ecg: DecodedEcg, options: MuseOptions) -> None:
    test = add(root, "TestDemographics")
    add(test, "SiteName", ecg.institution)
    add(test, "AcquisitionDevice", ecg.model)
    if ecg.acquired_local:
        add(test, "AcquisitionTime", f"{ecg.acquired_local:%H:%M:%S}")
        add(test, "AcquisitionDate", ecg.acquired_local.strftime(_date_format(options)))
    add(test, "CartNumber", ecg.station)
    add(test, "AcquisitionSoftwareVersion", ecg.software)
    if ecg.accession_number:
        add(add(root, "Order"), "AccessionNumber", ecg.accession_number)


def _waveform(root: ET.Element, waveform: Waveform, ecg: DecodedEcg, options: MuseOptions) -> None:
    group = add(root, "Waveform")
    add(group, "WaveformType", waveform.kind.capitalize())
    add(group, "NumberofLeads", str(len(options.leads)))
    add(group, "SampleType", SAMPLE_TYPE)
    add(group, "SampleBase", format(waveform.sampling_rate_hz.normalize(), "f"))
    add(group, "SampleExponent", "0")
    filters = ecg.filters
    if filters.high_pass_hz is not None:
        add(group, "HighPassFilter", f"{filters.high_pass_hz * 100:g}")
    if filters.low_pass_hz is not None:
        add(group, "LowPassFilter", f"{filters.low_pass_hz:g}")
    if filters.notch_hz is not None:
        add(group, "ACFilter", f"{filters.notch_hz:g}" if filters.notch_hz else "NONE")
    for name in options.leads:
        column = waveform.lead_names().index(name)
        _lead(group, waveform, column, waveform.leads[column], options)


def _lead(
    group: ET.Element, waveform: Waveform, column: int, lead: Lead, options: MuseOptions
) -> None:
    counts = waveform.counts[:, column]
    if waveform.missing is not None or lead.offset_nv or abs(counts).max() > 32767:
        raise ValueError("MUSE XML holds neither gaps nor offsets nor more than 16 bits")
    raw = counts.astype("<i2").tobytes()
    text = base64.b64encode(raw).decode()
    data = add(group, "LeadData")
    for name, value in (
        ("LeadByteCountTotal", len(raw)),
        ("LeadTimeOffset", 0),
        ("LeadSampleCountTotal", waveform.samples),
        ("LeadAmplitudeUnitsPerBit", _plain(lead.nv_per_lsb / NV_PER_UNIT[options.unit])),
        ("LeadAmplitudeUnits", options.unit),
        ("LeadID", lead.name.upper()),
        ("LeadOffsetFirstSample", 0),
        ("FirstSampleBaseline", 0),
        ("LeadSampleSize", 2),
        ("LeadOff", "FALSE"),
        ("LeadDataCRC32", zlib.crc32(raw)),
        ("WaveFormData", "\n".join(text[i : i + _LINE] for i in range(0, len(text), _LINE))),
    ):
        add(data, name, str(value))


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
