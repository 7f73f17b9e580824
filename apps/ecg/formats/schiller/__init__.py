"""Schiller SEMA XML (schillerEDI), resting ECGs."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element, read_xml, root_is

from .findings import numbers, read_filters, read_measurements, read_said, read_statements
from .header import EXAM, read_acquired, read_device, read_patient
from .rate import agrees, read_rate
from .waveforms import AVERAGE, find_event, find_wavedata, need_rhythm, read_waveform

NAME = "schiller-xml"
VERSION = "schiller-xml/1"
ROOT, RESTING = "com.xiriuz.sema.xml.schillerEDI.SchillerEDI", "RESTING_ECG"
PROVEN_SOFTWARE = "SEMA 2.64.0"

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    return root_is(data, ROOT)


def decode(data: bytes) -> DecodedEcg:
    """The ECG in a Schiller file, before the checks every format shares. Raises Refused."""
    root = read_xml(data)
    warnings = Warnings()
    _check_kind(root)
    device = read_device(root)
    profiles.seen_device(device.vendor, device.model, device.software)
    if device.software != PROVEN_SOFTWARE:
        warnings.add_unproven_version()
    event = find_event(root)
    said = read_said(event)
    wavedata, average = need_rhythm(event, warnings), find_wavedata(event, AVERAGE)
    rate = read_rate(wavedata)
    beat_rate = read_rate(average) if average else None
    rhythm = read_waveform(wavedata, "rhythm", rate)
    borne_out = agrees(rhythm, beat_rate.hz if beat_rate else None, numbers(said))
    if not borne_out:
        warnings.add("rate-unproven", "Nothing in the file bears its sampling rate out.")
    acquired = read_acquired(root, warnings)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(rhythm, warnings),
        median=complete_limb_leads(read_waveform(average, "median", beat_rate), warnings)
        if average and beat_rate
        else None,
        vendor=device.vendor,
        model=device.model,
        software=device.software,
        station=device.station,
        institution=device.institution,
        acquired_local=acquired,
        time_source="startdatetime" if acquired else "",
        patient=read_patient(root, acquired, warnings),
        accession_number=root.text(EXAM, "order_id"),
        filters=read_filters(event),
        measurements=read_measurements(said, warnings),
        statements=read_statements(event),
        warnings=warnings.all(),
        experimental=not (borne_out and rate.proven),
    )


def _check_kind(root: Element) -> None:
    if root.need_text(EXAM, "rectype") != RESTING:
        raise Refused(
            "not-resting-ecg",
            "The file is not a resting ECG but another examination.",
            field=root.path(EXAM, "rectype"),
        )
