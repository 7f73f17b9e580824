"""Mortara (Welch Allyn, Hillrom) ELI XML. No real file proves it, so all of it is experimental."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import read_xml, root_is

from .findings import read_filters, read_measurements, read_statements
from .header import read_acquired, read_device, read_patient
from .waveforms import read_rhythm, read_typical_cycle

NAME = "mortara-xml"
VERSION = "mortara-xml/1"
ROOT, MARK = "ECG", b"UNITS_PER_MV"

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    """The root's name is anybody's; the attribute of its channels is Mortara's."""
    return root_is(data, ROOT) and MARK in data.replace(b"\0", b"")


def decode(data: bytes) -> DecodedEcg:
    """The ECG in an ELI XML, before the checks every format shares. Raises Refused."""
    root = read_xml(data)
    warnings = Warnings()
    device = read_device(root)
    profiles.seen_device(device.vendor, device.model, device.software)
    rhythm = read_rhythm(root)
    cycle = read_typical_cycle(root, rhythm, warnings)
    acquired = read_acquired(root, warnings)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(rhythm, warnings),
        median=complete_limb_leads(cycle, warnings) if cycle else None,
        vendor=device.vendor,
        model=device.model,
        software=device.software,
        device_serial=device.serial,
        institution=device.institution,
        acquired_local=acquired,
        time_source="ACQUISITION_TIME" if acquired else "",
        patient=read_patient(root, acquired, warnings),
        filters=read_filters(root, warnings),
        measurements=read_measurements(root, warnings),
        statements=read_statements(root),
        warnings=warnings.all(),
        experimental=True,
    )
