"""GE CardioSoft XML (root CardiologyXML), resting ECGs."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element, read_xml, root_is

from .findings import read_measurements, read_statements
from .header import read_acquired, read_institution, read_patient, read_software
from .waveforms import MEDIAN, find_strip, read_filters, read_waveform

NAME = "cardiosoft-xml"
VERSION = "cardiosoft-xml/1"
VENDOR = "GE"
ROOT, RESTING = "CardiologyXML", "RestECG"
PROVEN_SOFTWARE = "V6.73"

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    return root_is(data, ROOT)


def decode(data: bytes) -> DecodedEcg:
    """The ECG in a CardioSoft file, before the checks every format shares. Raises Refused."""
    root = read_xml(data)
    warnings = Warnings()
    _check_kind(root)
    model, software = root.text("ClinicalInfo", "DeviceInfo", "Desc"), read_software(root)
    profiles.seen_device(VENDOR, model, software)
    if root.text("ClinicalInfo", "DeviceInfo", "SoftwareVer") != PROVEN_SOFTWARE:
        warnings.add_unproven_version()
    strip, median = find_strip(root, warnings), root.at(*MEDIAN)
    acquired = read_acquired(root, warnings)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(read_waveform(strip, "rhythm"), warnings),
        median=None
        if median is None
        else complete_limb_leads(read_waveform(median, "median"), warnings),
        vendor=VENDOR,
        model=model,
        software=software,
        institution=read_institution(root),
        acquired_local=acquired,
        time_source="ObservationDateTime" if acquired else "",
        patient=read_patient(root, acquired, warnings),
        accession_number=root.text("PatientVisit", "OrderNumber"),
        study_instance_uid=root.text("UID", "DICOMStudyUID"),
        filters=read_filters(root, warnings),
        measurements=read_measurements(root, warnings),
        statements=read_statements(root),
        warnings=warnings.all(),
    )


def _check_kind(root: Element) -> None:
    if root.need_text("ObservationType") != RESTING:
        raise Refused(
            "not-resting-ecg",
            "The file is not a resting ECG but another examination.",
            field=root.path("ObservationType"),
        )
