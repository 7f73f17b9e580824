"""Writes an ECG as Schiller SEMA XML."""

from __future__ import annotations

from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from apps.ecg.formats.canonical import DecodedEcg, Waveform
from apps.ecg.formats.xml.writing import add, to_bytes

from . import RESTING, ROOT
from .findings import NAMES
from .rate import PROVEN_EXPONENT
from .waveforms import AVERAGE, DATA_TYPE, RHYTHM

_SEXES = {"M": "MALE", "F": "FEMALE"}
_MARK = b"\xef\xbb\xbf"


def write_schiller(ecg: DecodedEcg, *, exponent: int | None = PROVEN_EXPONENT) -> bytes:
    """The file. Raises ValueError where the format cannot hold the ECG."""
    root = Element(ROOT)
    _patient(root, ecg)
    _exam(root, ecg)
    event = SubElement(SubElement(root, "eventdata"), "event")
    for waveform in (ecg.median, ecg.rhythm):
        if waveform is not None:
            _waveform(event, waveform, exponent)
    by_name = {canonical: name for name, canonical in NAMES.items()}
    for measured in ecg.measurements:
        if measured.name in by_name and not measured.lead:
            annotation = SubElement(event, "annotation_global")
            _put(annotation, "name", by_name[measured.name])
            _put(annotation, "value", f"{measured.value:g}")
    _filters(event, ecg)
    words = SubElement(event, "textdata")
    _put(words, "type", "INTERPRETATION")
    _put(words, "textdata", "\n".join(statement.text for statement in ecg.statements))
    return _MARK + to_bytes(root, "UTF-8")


def _put(parent: Element, name: str, value: object) -> None:
    add(parent, name, str(value))


def _patient(root: Element, ecg: DecodedEcg) -> None:
    person, patient = SubElement(root, "patdata"), ecg.patient
    _put(person, "id", patient.identifier)
    _put(person, "lastname", patient.family_name)
    _put(person, "firstname", patient.given_name)
    _put(person, "birthdate", f"{patient.born_on:%Y%m%d}" if patient.born_on else "")
    _put(person, "gender", _SEXES.get(patient.sex, "UNDEFINED"))


def _exam(root: Element, ecg: DecodedEcg) -> None:
    exam, local = SubElement(root, "examdescript"), ecg.acquired_local
    if local:
        start = SubElement(exam, "startdatetime")
        _put(start, "date", f"{local:%Y%m%d}")
        _put(start, "time", f"{local:%H%M%S}{local.microsecond // 1000:03d}")
    _put(exam, "rectype", RESTING)
    _put(exam, "order_id", ecg.accession_number)
    places = SubElement(exam, "idu")
    _put(SubElement(places, "aquiring_department"), "name", ecg.station)
    _put(SubElement(places, "aquiring_institute"), "name", ecg.institution)
    device = SubElement(exam, "aquiringdevice")
    hardware, software = SubElement(device, "hardware"), SubElement(device, "software")
    _put(hardware, "vendor", ecg.vendor)
    _put(hardware, "model", ecg.model)
    model, _, version = ecg.software.rpartition(" ")
    _put(software, "model", model)
    _put(software, "version", version)


def _waveform(event: Element, waveform: Waveform, exponent: int | None) -> None:
    scales = {lead.nv_per_lsb for lead in waveform.leads}
    if waveform.missing is not None or len(scales) > 1 or any(x.offset_nv for x in waveform.leads):
        raise ValueError("Schiller has one scale for all leads, no offset and no gaps")
    wavedata = SubElement(event, "wavedata")
    _put(wavedata, "type", RHYTHM if waveform.kind == "rhythm" else AVERAGE)
    resolution = SubElement(wavedata, "resolution")
    rate, y = SubElement(resolution, "samplerate"), SubElement(resolution, "yres")
    if exponent is not None:
        _put(rate, "exponent", exponent)
    _put(rate, "value", f"{waveform.sampling_rate_hz.normalize():f}")
    _put(y, "unitperbit", f"{(scales.pop() / Decimal(1000)).normalize():f}")
    _put(y, "units", "UV")
    for column, lead in enumerate(waveform.leads):
        channel = SubElement(wavedata, "channel")
        _put(channel, "name", lead.name.upper())
        _put(channel, "data", ",".join(map(str, waveform.counts[:, column].tolist())))
        _put(channel, "datastype", DATA_TYPE)
        _put(channel, "samplecount", waveform.samples)


def _filters(event: Element, ecg: DecodedEcg) -> None:
    block, filters = SubElement(event, "filters_data"), ecg.filters
    for name, value in (
        ("MAINS", filters.notch_hz),
        ("HIGHPASS_CUTOFF_FREQ", filters.high_pass_hz),
        ("LOWPASS_CUTOFF_FREQ", filters.low_pass_hz),
    ):
        one = SubElement(block, "filter")
        _put(one, "name", name)
        _put(one, "value", "-" if value is None else (f"{value:g}" if value else "OFF"))
