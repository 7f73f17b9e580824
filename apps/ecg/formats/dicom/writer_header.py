"""Patient, device, time and electrode placement of a written file."""

from __future__ import annotations

import datetime as dt

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from apps.ecg.formats.canonical import DecodedEcg, PatientIdentity

from .electrodes import STANDARD
from .proven import SYNTHETIC_VENDOR
from .writer_codes import code_item

SYNTHETIC_COMMENT = "Synthetic ECG; not recorded from a person."


def describe(dataset: Dataset, ecg: DecodedEcg, *, synthetic: bool) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.Modality = "ECG"
    dataset.Manufacturer = ecg.vendor or (SYNTHETIC_VENDOR if synthetic else "")
    dataset.ManufacturerModelName = ecg.model
    dataset.SoftwareVersions = ecg.software
    dataset.DeviceSerialNumber = ecg.device_serial
    dataset.StationName = ecg.station
    dataset.InstitutionName = ecg.institution
    dataset.AccessionNumber = ecg.accession_number
    dataset.StudyID = ""
    dataset.SeriesNumber, dataset.InstanceNumber = "1", "1"
    dataset.ReferringPhysicianName = ""
    _patient(dataset, ecg.patient)
    _time(dataset, ecg)
    if ecg.electrode_system == STANDARD:
        dataset.AcquisitionContextSequence = Sequence([_standard_placement()])
    if synthetic:
        dataset.ContentQualification = "RESEARCH"
        dataset.ImageComments = SYNTHETIC_COMMENT


def _patient(dataset: Dataset, patient: PatientIdentity) -> None:
    parts = (patient.family_name, patient.given_name, "", patient.name_prefix)
    dataset.PatientName = "^".join(parts).rstrip("^")
    dataset.PatientID = patient.identifier
    if patient.assigning_authority:
        dataset.IssuerOfPatientID = patient.assigning_authority
    dataset.PatientBirthDate = f"{patient.born_on:%Y%m%d}" if patient.born_on else ""
    dataset.PatientSex = patient.sex
    if patient.age_years is not None:
        dataset.PatientAge = f"{int(patient.age_years):03d}Y"


def _time(dataset: Dataset, ecg: DecodedEcg) -> None:
    local = ecg.acquired_local
    dataset.AcquisitionDateTime = f"{local:%Y%m%d%H%M%S}" + _fraction(local) if local else ""
    for keyword in ("Study", "Content"):
        setattr(dataset, f"{keyword}Date", f"{local:%Y%m%d}" if local else "")
        setattr(dataset, f"{keyword}Time", f"{local:%H%M%S}" if local else "")
    if ecg.utc_offset_minutes is not None:
        hours, minutes = divmod(abs(ecg.utc_offset_minutes), 60)
        sign = "-" if ecg.utc_offset_minutes < 0 else "+"
        dataset.TimezoneOffsetFromUTC = f"{sign}{hours:02d}{minutes:02d}"


def _fraction(local: dt.datetime) -> str:
    return f".{local.microsecond:06d}" if local.microsecond else ""


def _standard_placement() -> Dataset:
    item = Dataset()
    item.ValueType = "CODE"
    item.ConceptNameCodeSequence = Sequence([code_item("MDC", "10:11345", "Lead System")])
    meaning = "Standard 12-lead positions"
    item.ConceptCodeSequence = Sequence([code_item("MDC", "10:11265", meaning)])
    return item
