"""Writes an ECG as Philips SierraECG XML, for tests and synthetic recordings."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import STANDARD_LEADS, DecodedEcg, Waveform
from apps.ecg.formats.xml.writing import add, to_bytes

from . import calibration
from .limb_residuals import predict
from .measurements import NAMES
from .repbeats import UNUSED
from .xli_writer import encode_block

_XMLNS = "http://www3.medical.philips.com"
_SEXES = {"M": "Male", "F": "Female"}
_OLD_TAGS = {"print": "meanprint", "qrsdur": "meanqrsdur", "qtint": "meanqtint"}


@dataclass(frozen=True, slots=True)
class PhilipsOptions:
    """How the same ECG is written; the defaults are what a PageWriter writes."""

    version: Literal["1.03", "1.04", "1.04.01", "1.04.02"] = "1.04"
    encoding: Literal["UTF-8", "UTF-16"] = "UTF-16"
    leads: tuple[str, ...] = STANDARD_LEADS
    tail: bool = True
    unused_leads: int = 4
    unused_samples: int = 0  # filling after the end of the median beat


DEFAULTS = PhilipsOptions()


def write_philips(ecg: DecodedEcg, options: PhilipsOptions = DEFAULTS) -> bytes:
    """The file. Raises ValueError where this format cannot hold the ECG exactly."""
    root = ET.Element("restingecgdata", {"xmlns": _XMLNS})
    info = add(root, "documentinfo")
    add(info, "documenttype", "SierraECG" if options.version == "1.03" else "PhilipsECG")
    add(info, "documentversion", options.version)
    if ecg.accession_number:
        add(add(root, "orderinfo"), "ordernumber", ecg.accession_number)
    _acquisition(root, ecg, options)
    _patient(root, ecg)
    _interpretation(root, ecg, options)
    waveforms = add(root, "waveforms")
    _rhythm(waveforms, ecg.rhythm, options)
    if ecg.median is not None:
        _repbeats(waveforms, ecg.median, options)
    return to_bytes(root, options.encoding)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _acquisition(root: ET.Element, ecg: DecodedEcg, options: PhilipsOptions) -> None:
    local = ecg.acquired_local
    when = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M:%S}"} if local else {}
    acquisition = add(root, "dataacquisition", **when)
    detail = f"Philips Medical Products:1:{ecg.software}"
    add(acquisition, "machine", ecg.model, machineid=ecg.station, detaildescription=detail)
    add(add(acquisition, "acquirer"), "institutionname", ecg.institution)
    signal = add(acquisition, "signalcharacteristics")
    old = options.version == "1.03"
    add(signal, "samplingrate", _plain(ecg.rhythm.sampling_rate_hz))
    add(signal, "signalresolution" if old else "resolution", _plain(_scale(ecg.rhythm) / 1000))
    for name, value in (
        *(("bitspersample", "16"), ("signaloffset", "0"), ("signalsigned", "True")),
        *(("numberchannelsallocated", str(len(options.leads))),),
        *(("numberchannelsvalid", str(len(options.leads))),),
    ):
        add(signal, name, value)
    filters = ecg.filters
    if filters.high_pass_hz is not None and filters.low_pass_hz is not None:
        if old:
            band = f"{filters.high_pass_hz:g}-{filters.low_pass_hz:g}"
            add(signal, "signalbandwidth", band)
        else:
            add(signal, "hipass", f"{filters.high_pass_hz:g}")
            add(signal, "lowpass", f"{filters.low_pass_hz:g}")
    if ecg.electrode_system == "standard":
        add(signal, "electrodeplacement", "STD")


def _patient(root: ET.Element, ecg: DecodedEcg) -> None:
    patient = ecg.patient
    person = add(add(root, "patient"), "generalpatientdata")
    add(person, "patientid", patient.identifier)
    name = add(person, "name")
    add(name, "lastname", patient.family_name)
    add(name, "firstname", patient.given_name)
    age = add(person, "age", defaultage="50")
    if patient.born_on:
        add(age, "dateofbirth", patient.born_on.isoformat())
    elif patient.age_years is not None:
        add(age, "years", f"{patient.age_years:g}")
    add(person, "sex", _SEXES.get(patient.sex, "Unknown"))


def _interpretation(root: ET.Element, ecg: DecodedEcg, options: PhilipsOptions) -> None:
    interpretation = add(add(root, "interpretations"), "interpretation")
    old = options.version == "1.03"
    group = add(interpretation, "interpretationmeasurements" if old else "globalmeasurements")
    tags = {name: tag for tag, (name, _) in reversed(NAMES.items())}
    for measurement in ecg.measurements:
        tag = tags[measurement.name]
        add(group, _OLD_TAGS.get(tag, tag) if old else tag, f"{measurement.value:g}")
    for statement in ecg.statements:
        element = add(interpretation, "statement", editedflag="False")
        add(element, "statementcode", statement.code)
        add(element, "leftstatement", statement.text)
        add(element, "rightstatement")


def _scale(waveform: Waveform) -> Decimal:
    """The one scale of a rhythm. Raises ValueError where leads differ or have gaps or offsets."""
    scales = {lead.nv_per_lsb for lead in waveform.leads}
    if len(scales) > 1 or waveform.missing is not None:
        raise ValueError("Philips XML holds neither gaps nor more than one scale")
    if any(lead.offset_nv for lead in waveform.leads):
        raise ValueError("Philips XML holds no offsets")
    return scales.pop()


def _rhythm(parent: ET.Element, waveform: Waveform, options: PhilipsOptions) -> None:
    rate, scale, names = waveform.sampling_rate_hz, _scale(waveform), waveform.lead_names()
    ends_in_tail = options.tail and waveform.samples == calibration.SECONDS * rate
    length = int(calibration.TAIL_MS * rate / 1000) if ends_in_tail else waveform.samples
    flat = calibration.pulse(length, rate, scale) if ends_in_tail else np.zeros(length, np.int64)
    rows: dict[str, NDArray[np.int64]] = {}
    for name in options.leads:
        rows[name] = flat.copy()
        rows[name][: waveform.samples] = waveform.counts[:, names.index(name)]
    predict(rows)
    blocks = [encode_block(rows[name]) for name in options.leads]
    blocks += [encode_block(flat)] * options.unused_leads
    attributes = {"dataencoding": "Base64", "durationperchannel": _plain(length * 1000 / rate)}
    if options.version == "1.03":
        attributes |= {"compressflag": "True", "compressmethod": "XLI", "nbitspersample": "16"}
    else:
        attributes |= {
            "compression": "XLI",
            "numberofleads": str(len(options.leads)),
            "leadlabels": " ".join(options.leads),
            "samplespersecond": _plain(rate),
            "resolution": _plain(scale / 1000),
            "signaloffset": "0",
            "signalsigned": "True",
            "bitspersample": "16",
        }
    add(parent, "parsedwaveforms", base64.encodebytes(b"".join(blocks)).decode(), **attributes)


def _repbeats(parent: ET.Element, waveform: Waveform, options: PhilipsOptions) -> None:
    """1.03 states neither rate nor resolution of a beat."""
    old = options.version == "1.03"
    stated = {} if old else {"samplespersec": _plain(waveform.sampling_rate_hz)}
    group = add(parent, "repbeats", dataencoding="Base64", **stated)
    for column, lead in enumerate(waveform.leads):
        filling = np.full(options.unused_samples, UNUSED)
        raw = np.concatenate([waveform.counts[:, column], filling]).astype("<i2").tobytes()
        text = base64.encodebytes(raw).decode()
        scale = {} if old else {"resolution": _plain(lead.nv_per_lsb / 1000)}
        beat = add(group, "repbeat", text if old else "", leadname=lead.name, **scale)
        if not old:
            add(beat, "waveform", text, duration="1200")
