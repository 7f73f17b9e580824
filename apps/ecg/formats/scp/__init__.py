"""SCP-ECG (EN 1064, ISO 11073-91064), protocol 1.3 to 3.0."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import (
    DecodedEcg,
    SourceMeasurement,
    SourceStatement,
)
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings

from . import tags as t
from .device import read_device
from .header import read_acquired, read_electrode_system, read_filters, read_patient
from .measurements import read_global, read_per_lead
from .sections import Record, read_record, recognises
from .signals import read_signals
from .statements import read_text, read_universal
from .tags import Tags

NAME = "scp-ecg"
VERSION = "scp-ecg/1"
LONG_TERM = range(12, 19)

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def decode(data: bytes) -> DecodedEcg:
    """The ECG in an SCP record, before the checks every format shares. Raises Refused."""
    warnings = Warnings()
    record = read_record(data)
    tags = Tags(record.sections.get(1, b""), warnings)
    device = read_device(tags)
    profiles.seen_device(device.vendor, device.model, device.software)
    signals = read_signals(record, warnings)
    left_out = [str(number) for number in LONG_TERM if number in record.sections]
    if left_out:
        warnings.add("sections-left-out", f"Sections {', '.join(left_out)} were left out.")
    acquired = read_acquired(tags)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(signals.rhythm, warnings),
        median=signals.median and complete_limb_leads(signals.median, warnings),
        vendor=device.vendor,
        model=device.model,
        software=device.software,
        device_serial=device.serial,
        institution=tags.text(t.INSTITUTION),
        acquired_local=acquired.local,
        utc_offset_minutes=acquired.utc_offset_minutes,
        time_source=acquired.source,
        patient=read_patient(tags, acquired.local),
        electrode_system=read_electrode_system(tags),
        filters=read_filters(tags),
        measurements=_measurements(record, warnings),
        statements=_statements(record, tags, warnings),
        warnings=warnings.all(),
        experimental=not signals.proven,
    )


def _measurements(record: Record, warnings: Warnings) -> tuple[SourceMeasurement, ...]:
    found = read_global(record.sections[7], warnings) if 7 in record.sections else []
    if 10 in record.sections:
        found += read_per_lead(record.sections[10])
    return tuple(found)


def _statements(record: Record, tags: Tags, warnings: Warnings) -> tuple[SourceStatement, ...]:
    found = read_text(record.sections[8], tags) if 8 in record.sections else []
    if 11 in record.sections:
        found += read_universal(record.sections[11], tags, warnings)
    return tuple(found)
