"""Philips SierraECG / PhilipsECG XML, versions 1.03 to 1.04.02."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element, read_xml, root_is

from .device import read_acquired, read_device, read_electrode_system
from .interpretation import newest_interpretation, read_statements
from .measurements import read_measurements
from .patient import read_accession_number, read_patient
from .repbeats import read_median
from .settings import read_filters
from .waveforms import find_rhythm, read_rhythm

NAME = "philips-xml"
VERSION = "philips-xml/1"
ROOT, NAMESPACE = "restingecgdata", "http://www3.medical.philips.com"
TYPES = ("SierraECG", "PhilipsECG")
VERSIONS = ("1.03", "1.04", "1.04.01", "1.04.02")
PROVEN = ("1.03", "1.04")  # by real files

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    return root_is(data, ROOT, NAMESPACE)


def decode(data: bytes) -> DecodedEcg:
    """The ECG in a Philips file, before the checks every format shares. Raises Refused."""
    root = read_xml(data)
    warnings = Warnings()
    _check_kind(root, warnings)
    device = read_device(root)
    profiles.seen_device("Philips", device.model, device.software)
    parsed = find_rhythm(root)
    median = read_median(root, warnings)
    acquired = read_acquired(root, warnings)
    interpretation = newest_interpretation(root, warnings)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(read_rhythm(root, parsed), warnings),
        median=None if median is None else complete_limb_leads(median, warnings),
        vendor="Philips",
        model=device.model,
        software=device.software,
        station=device.station,
        institution=device.institution,
        acquired_local=acquired,
        time_source="dataacquisition" if acquired else "",
        patient=read_patient(root, acquired, warnings),
        accession_number=read_accession_number(root),
        electrode_system=read_electrode_system(root, warnings),
        filters=read_filters(root, parsed, warnings),
        measurements=read_measurements(root, interpretation, warnings),
        statements=read_statements(interpretation, warnings),
        warnings=warnings.all(),
    )


def _check_kind(root: Element, warnings: Warnings) -> None:
    info = root.need("documentinfo")
    if info.need_text("documenttype") not in TYPES:
        raise Refused(
            "not-resting-ecg",
            f"This is Philips XML of another kind than {' or '.join(TYPES)}.",
            field=info.path("documenttype"),
        )
    version = info.need_text("documentversion")
    if version not in VERSIONS:
        raise Refused(
            "unsupported-version",
            f"This is not Philips ECG XML of version {', '.join(VERSIONS)}.",
            field=info.path("documentversion"),
        )
    if version not in PROVEN:
        warnings.add_unproven_version()
