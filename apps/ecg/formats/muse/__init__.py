"""GE MUSE RestingECG XML, versions 7 to 9."""

from __future__ import annotations

from apps.ecg.formats import profiles
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.limb import complete_limb_leads
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element, read_xml, root_is

from .dates import DateOrder, Dates
from .device import read_device
from .fiducials import check_fiducials
from .measurements import read_measurements
from .patient import read_accession_number, read_patient
from .statements import read_statements
from .waveforms import find_median, find_rhythm, read_filters, read_waveform

NAME = "muse-xml"
VERSION = "muse-xml/1"
ROOT = "RestingECG"
VERSIONS = ("7", "8", "9")
PROVEN = ("7", "9")  # by real files

_ORDERS: dict[str, DateOrder] = {"MDY": "month-first", "DMY": "day-first"}

__all__ = ["NAME", "VERSION", "DateOrder", "decode", "recognises"]


def recognises(data: bytes) -> bool:
    return root_is(data, ROOT)


def decode(data: bytes, date_order: DateOrder | None = None) -> DecodedEcg:
    """The ECG in a MUSE file, before the checks every format shares. Raises Refused.

    `date_order` is what is known of the sending site; None leaves it to the file's own dates.
    """
    root = read_xml(data, doctype=ROOT)
    warnings = Warnings()
    _check_version(root, warnings)
    device = read_device(root, warnings)
    profiles.seen_device("GE", device.model, device.software)
    rhythm = find_rhythm(root, warnings)
    median = find_median(root)
    known = date_order or _ORDERS.get(profiles.date_order("AcquisitionDate"))
    dates = Dates(root, known, warnings)
    acquired = dates.acquired()
    check_fiducials(root, median, warnings)
    return DecodedEcg(
        format=NAME,
        decoder=VERSION,
        rhythm=complete_limb_leads(read_waveform(rhythm, "rhythm", warnings), warnings),
        median=None
        if median is None
        else complete_limb_leads(read_waveform(median, "median", warnings), warnings),
        vendor="GE",
        model=device.model,
        software=device.software,
        device_serial=device.serial,
        station=device.cart,
        institution=device.site,
        acquired_local=acquired,
        time_source="AcquisitionDate" if acquired else "",
        patient=read_patient(root, dates, acquired, warnings),
        accession_number=read_accession_number(root),
        filters=read_filters(rhythm, warnings),
        measurements=read_measurements(root, warnings),
        statements=read_statements(root, warnings),
        warnings=warnings.all(),
    )


def _check_version(root: Element, warnings: Warnings) -> None:
    major = root.need_text("MuseInfo", "MuseVersion").split(".")[0]
    if major not in VERSIONS:
        raise Refused(
            "unsupported-version",
            "This is not MUSE 7, 8 or 9.",
            field=root.path("MuseInfo", "MuseVersion"),
        )
    if major not in PROVEN:
        warnings.add_unproven_version()
