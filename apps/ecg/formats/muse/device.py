"""Cart, software and site of a MUSE file."""

from __future__ import annotations

from typing import NamedTuple

from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element


class Device(NamedTuple):
    model: str
    software: str
    serial: str
    cart: str
    site: str


def read_device(root: Element, warnings: Warnings) -> Device:
    test = "TestDemographics"
    analysis = root.text(test, "AnalysisSoftwareVersion")
    versions = (
        root.text(test, "AcquisitionSoftwareVersion"),
        f"12SL {analysis}" if analysis else "",
        f"MUSE {root.text('MuseInfo', 'MuseVersion')}",
    )
    spikes = root.at("PaceSpikes")
    if spikes is not None and spikes.children:
        warnings.add("paced", "The device marked pacing spikes.")
    return Device(
        model=root.text(test, "AcquisitionDevice"),
        software=", ".join(version for version in versions if version),
        serial=root.text("PharmaData", "PharmaCartID"),
        cart=root.text(test, "CartNumber"),
        site=root.text(test, "SiteName"),
    )
