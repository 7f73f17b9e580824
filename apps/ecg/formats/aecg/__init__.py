"""HL7 annotated ECG (aECG, HL7 v3 PORT_MT020001)."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import read_xml, root_is

from .annotations import find_sets, in_unproven_words, read_measurements, read_statements
from .codes import NAMESPACE
from .device import read_device
from .filters import read_filters
from .patient import read_patient
from .sequences import read_sequences, read_waveform
from .series import find_median, find_rhythm
from .times import read_acquired

NAME = "hl7-aecg"
VERSION = "hl7-aecg/1"
ROOT = "AnnotatedECG"

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    return root_is(data, ROOT, NAMESPACE)


def decode(data: bytes) -> DecodedEcg:
    """The ECG in an aECG file, before the checks every format shares. Raises Refused."""
    root = read_xml(data)
    warnings = Warnings()
    series = find_rhythm(root, warnings)
    beat = find_median(root)
    device = read_device(root, series)
    profiles.seen_device(device.vendor, device.model, device.software)
    sequences = read_sequences(series)
    rhythm = read_waveform(sequences, "rhythm", warnings)
    median = None if beat is None else read_waveform(read_sequences(beat), "median", warnings)
    acquired = read_acquired(root, series, sequences.time, warnings)
    sets = find_sets(series, beat)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(rhythm, warnings),
        median=None if median is None else complete_limb_leads(median, warnings),
        vendor=device.vendor,
        model=device.model,
        software=device.software,
        device_serial=device.serial,
        institution=device.institution,
        acquired_local=acquired.local,
        utc_offset_minutes=acquired.utc_offset_minutes,
        time_source=acquired.source,
        patient=read_patient(root, acquired.local, warnings),
        filters=read_filters(series, warnings),
        measurements=read_measurements(sets, warnings),
        statements=read_statements(sets, warnings),
        experimental=in_unproven_words(sets, device.vendor),
        warnings=warnings.all(),
    )
