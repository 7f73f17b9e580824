"""DICOM ECG waveforms (PS3.3 A.34): 12-lead, General, Ambulatory, 32-bit, Hemodynamic."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.leads_needed import require_leads
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings

from . import tags
from .document import require_harmless
from .electrodes import read_electrode_system
from .elements import Dataset
from .fiducials import check_fiducials
from .filters import read_filters
from .groups import JOINED, Group, choose_median, choose_rhythm, read_group, read_waveform
from .labels import BY_LABEL
from .measurements import read_measurements
from .part10 import read_file, recognises
from .patient import read_patient
from .proven import is_known_maker, is_proven
from .sop_classes import AMBULATORY, HEMODYNAMIC, TWELVE_LEAD
from .statements import read_statements
from .times import read_acquired
from .values import Reader, ascii_text

NAME = "dicom"
VERSION = "dicom/2"
MOST_TWELVE_LEAD_CHANNELS = 13
# What a catheter laboratory records beside the ECG: pressures, flow, saturation, temperature.
NOT_ECG_UNITS = frozenset({"mm[Hg]", "kPa", "Pa", "cm[H2O]", "%", "L/min", "mL/min", "Cel"})

__all__ = ["NAME", "VERSION", "decode", "recognises"]


def decode(data: bytes) -> DecodedEcg:
    """The ECG in a DICOM file, before the checks every format shares. Raises Refused."""
    warnings = Warnings()
    try:
        dataset = read_file(data, warnings)
    except Refused as refusal:
        if refusal.code == "dicom-pdf":
            require_harmless(data)
        raise
    reader = Reader(dataset, warnings)
    vendor, model = reader.text(dataset, tags.MANUFACTURER), reader.text(dataset, tags.MODEL_NAME)
    software = reader.text(dataset, tags.SOFTWARE_VERSIONS).replace("\\", ", ")
    profiles.seen_device(vendor, model, software)
    if not is_known_maker(vendor, model):
        warnings.add("maker-unproven", "No real file of this maker's DICOM has been compared yet.")
    groups = _groups(dataset, reader)
    rhythm = choose_rhythm(groups, reader)
    _check_content(dataset, groups, rhythm, reader)
    median = choose_median(groups, reader)
    acquired = read_acquired(dataset, reader)
    check_fiducials(dataset, reader)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(read_waveform(rhythm, reader), warnings),
        median=complete_limb_leads(read_waveform([median], reader), warnings) if median else None,
        vendor=vendor,
        model=model,
        software=software,
        device_serial=reader.text(dataset, tags.DEVICE_SERIAL_NUMBER),
        station=reader.text(dataset, tags.STATION_NAME),
        institution=reader.text(dataset, tags.INSTITUTION_NAME),
        acquired_local=acquired.local,
        utc_offset_minutes=acquired.utc_offset_minutes,
        time_source=acquired.source,
        patient=read_patient(dataset, acquired.local, reader),
        accession_number=reader.text(dataset, tags.ACCESSION_NUMBER),
        sop_instance_uid=ascii_text(dataset, tags.SOP_INSTANCE_UID),
        study_instance_uid=ascii_text(dataset, tags.STUDY_INSTANCE_UID),
        electrode_system=read_electrode_system(dataset, reader),
        filters=read_filters([group.dataset for group in rhythm], reader),
        measurements=read_measurements(dataset, groups, reader),
        statements=read_statements(dataset, reader),
        warnings=warnings.all(),
        # Carts are known that write V4 on V4R: a label alone is no lead everybody takes.
        experimental=warnings.holds(BY_LABEL)
        or warnings.holds(JOINED)
        or not is_proven(dataset, rhythm[0].dataset),
    )


def _groups(dataset: Dataset, reader: Reader) -> list[Group]:
    items = dataset.items(tags.WAVEFORM_SEQUENCE)
    but = NOT_ECG_UNITS if _kind(dataset) == HEMODYNAMIC else frozenset[str]()
    groups = [read_group(item, n, reader, but=but) for n, item in enumerate(items, start=1)]
    groups = [group for group in groups if group.channels]
    if not groups:
        raise Refused("no-waveform", "The file holds no ECG waveform.", field="WaveformSequence")
    return groups


def _kind(dataset: Dataset) -> str:
    return ascii_text(dataset, tags.SOP_CLASS_UID)


def _check_content(
    dataset: Dataset, groups: list[Group], rhythm: list[Group], reader: Reader
) -> None:
    """Limits of the object definition warn; too few leads for an ECG is refused."""
    require_leads(sum(len(group.channels) for group in rhythm), field="WaveformSequence")
    channels = sum(len(group.channels) for group in groups)
    if _kind(dataset) == AMBULATORY:
        reader.warnings.add("ambulatory", "Recorded while walking about, not at rest.")
    if _kind(dataset) == TWELVE_LEAD and channels > MOST_TWELVE_LEAD_CHANNELS:
        reader.warnings.add(
            "channel-limit", f"{channels} channels; a 12-lead ECG object may hold 13."
        )
