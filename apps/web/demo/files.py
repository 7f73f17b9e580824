"""The demo's recordings as DICOM files, byte for byte the same whenever they are made."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace

from apps.ecg.formats.canonical import Filters, PatientIdentity, SourceStatement
from apps.ecg.formats.dicom.writer import DicomOptions, write_dicom
from apps.web.demo.cases import Case


def dicom_file(case: Case, *, now: dt.datetime, zone: str, authority: str) -> bytes:
    """A 12-lead ECG file with the case's patient and a time counted back from `now`."""
    # The generator needs scipy, which the web process never loads.
    from apps.ecg.signal.synthesis import SynthesisSpec, synthesize, to_ecg

    person = case.person
    acquired = now - dt.timedelta(hours=case.hours_ago)
    local = acquired.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
    patient = PatientIdentity(
        family_name=person.family_name,
        given_name=person.given_name,
        name_prefix=person.prefix,
        identifier=person.identifier,
        assigning_authority=authority,
        born_on=person.born_on,
        sex=person.sex,  # type: ignore[arg-type]
    )
    ecg = to_ecg(synthesize(SynthesisSpec(**case.spec)), patient=patient, acquired_local=local)
    ecg = replace(
        ecg,
        vendor="Einthoven synthetic",
        model="Demo cart",
        software="1.0",
        device_serial=f"DEMO-{case.site}",
        statements=tuple(SourceStatement(text) for text in case.device_says),
        filters=Filters(high_pass_hz=0.05, low_pass_hz=150.0, notch_hz=None),
    )
    return write_dicom(ecg, DicomOptions(seed=f"demo {person.identifier} {case.spec['seed']}"))


def name_of(case: Case) -> str:
    return f"{case.person.identifier}-{case.spec['seed']}.dcm"
