"""The demo's recordings as files of several formats, the same bytes whenever they are made."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from dataclasses import replace

from apps.ecg.formats.aecg.writer import write_aecg
from apps.ecg.formats.canonical import DecodedEcg, Filters, PatientIdentity, SourceStatement
from apps.ecg.formats.dicom.writer import DicomOptions, write_dicom
from apps.ecg.formats.scp.writer import write_scp
from apps.web.demo.cases import Case

# Formats that name the maker, by which a recording is known as synthetic.
WRITERS: dict[str, Callable[[DecodedEcg], bytes]] = {"aecg": write_aecg, "scp": write_scp}
ENDINGS = {"dicom": "dcm", "aecg": "xml", "scp": "scp"}


def demo_file(case: Case, *, now: dt.datetime, zone: str, authority: str) -> bytes:
    """A 12-lead ECG in the case's format, with its patient and a time counted back from `now`."""
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
        accession_number=case.accession,
        statements=tuple(SourceStatement(text) for text in case.device_says),
        filters=Filters(high_pass_hz=0.05, low_pass_hz=150.0, notch_hz=None),
    )
    return _written(case, ecg)


def _written(case: Case, ecg: DecodedEcg) -> bytes:
    if case.format == "dicom":
        seed = f"demo {case.person.identifier} {case.spec['seed']}"
        return write_dicom(ecg, DicomOptions(seed=seed))
    return WRITERS[case.format](ecg)


def name_of(case: Case) -> str:
    return f"{case.person.identifier}-{case.spec['seed']}.{ENDINGS[case.format]}"
