"""Writes an ECG as Mortara ELI XML."""

from __future__ import annotations

import base64
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from apps.ecg.formats.canonical import DecodedEcg, Lead, Waveform
from apps.ecg.formats.xml.writing import to_bytes

from .findings import OF_CYCLE, OF_ROOT
from .waveforms import NV_PER_MV

_SEXES = {"M": "Male", "F": "Female"}
_CODING = {"BITS": "16", "FORMAT": "SIGNED", "ENCODING": "BASE64"}


def write_mortara(
    ecg: DecodedEcg, *, cycle_states_scale: bool = True, duration_in_ms: bool = False
) -> bytes:
    """The file. Raises ValueError where the format cannot hold the ECG."""
    values = {m.name: f"{m.value:g}" for m in ecg.measurements if not m.lead}
    root = Element("ECG", _attributes(OF_ROOT, values))
    if ecg.acquired_local:
        root.set("ACQUISITION_TIME", f"{ecg.acquired_local:%Y%m%d%H%M%S}")
    if ecg.patient.age_years is not None:
        root.set("AGE", str(int(ecg.patient.age_years)))
        root.set("AGE_UNITS", "Y")
    _people(root, ecg)
    words = SubElement(root, "AUTOMATIC_INTERPRETATION")
    for number, statement in enumerate(ecg.statements, start=1):
        SubElement(words, "STATEMENT", STATEMENT_NUMBER=str(number), TEXT=statement.text)
    cycle = SubElement(root, "TYPICAL_CYCLE", _attributes(OF_CYCLE, values))
    if ecg.median is not None:
        _cycle(cycle, ecg.median, states_scale=cycle_states_scale, in_ms=duration_in_ms)
    for column, lead in enumerate(ecg.rhythm.leads):
        channel = SubElement(root, "CHANNEL", _CODING | {"NAME": lead.name.upper(), "OFFSET": "0"})
        channel.set("UNITS_PER_MV", _units_per_mv(lead))
        channel.set("SAMPLE_FREQ", _plain(ecg.rhythm.sampling_rate_hz))
        channel.set("DURATION", _duration(ecg.rhythm, in_ms=duration_in_ms))
        channel.set("DATA", _data(ecg.rhythm, column))
    return to_bytes(root, "UTF-8")


def _attributes(names: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    return {tag: values[name] for tag, name in names.items() if name in values}


def _people(root: Element, ecg: DecodedEcg) -> None:
    patient = ecg.patient
    SubElement(
        root,
        "SUBJECT",
        LAST_NAME=patient.family_name,
        FIRST_NAME=patient.given_name,
        ID=patient.identifier,
        GENDER=_SEXES.get(patient.sex, ""),
        DOB=f"{patient.born_on:%Y%m%d}" if patient.born_on else "",
    )
    source = SubElement(root, "SOURCE", MANUFACTURER=ecg.vendor, MODEL=ecg.model)
    software, _, interpretation = ecg.software.partition(", ")
    source.set("ACQUIRING_DEVICE_SW_VERSION", software)
    source.set("ACQUIRING_DEVICE_INTERPRETATION_SW_VERSION", interpretation)
    source.set("ACQUIRING_DEVICE_SERIAL_NUMBER", ecg.device_serial)
    source.set("ACQUIRING_DEVICE_SITE_NAME", ecg.institution)
    if ecg.filters.low_pass_hz is not None:
        source.set("LOW_PASS_FILTER", f"{ecg.filters.low_pass_hz:g}")


def _cycle(cycle: Element, median: Waveform, *, states_scale: bool, in_ms: bool) -> None:
    for name, value in _CODING.items():
        cycle.set(name, value)
    cycle.set("DURATION", _duration(median, in_ms=in_ms))
    scales = {_units_per_mv(lead) for lead in median.leads}
    if states_scale:
        if len(scales) > 1:
            raise ValueError("the typical cycle has one scale for all leads")
        cycle.set("UNITS_PER_MV", scales.pop())
        cycle.set("SAMPLE_FREQ", _plain(median.sampling_rate_hz))
    for column, lead in enumerate(median.leads):
        one = SubElement(cycle, "TYPICAL_CYCLE_CHANNEL", NAME=lead.name.upper())
        one.set("DATA", _data(median, column))


def _units_per_mv(lead: Lead) -> str:
    units = NV_PER_MV / lead.nv_per_lsb
    if lead.offset_nv or units * lead.nv_per_lsb != NV_PER_MV:
        raise ValueError("ELI XML has an exact number of units per mV, and no offset")
    return _plain(units)


def _duration(waveform: Waveform, *, in_ms: bool) -> str:
    samples = Decimal(waveform.samples)
    return _plain(samples * 1000 / waveform.sampling_rate_hz if in_ms else samples)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _data(waveform: Waveform, column: int) -> str:
    counts = waveform.counts[:, column]
    if waveform.missing is not None or np.abs(counts).max() > 0x7FFF:
        raise ValueError("samples do not fit 16 bits, or are missing")
    return base64.b64encode(counts.astype("<i2").tobytes()).decode()
