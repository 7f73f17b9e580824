"""Device and site of an aECG."""

from __future__ import annotations

from typing import NamedTuple

from apps.ecg.formats.xml import Element

_TRIAL = (
    *("componentOf", "timepointEvent", "componentOf", "subjectAssignment"),
    *("componentOf", "clinicalTrial"),
)


class Device(NamedTuple):
    vendor: str
    model: str
    software: str
    serial: str
    institution: str


def read_device(root: Element, series: Element) -> Device:
    author = series.at("author", "seriesAuthor")
    device = author.at("manufacturedSeriesDevice") if author is not None else None
    identifier = device.at("id") if device is not None else None
    serial = identifier.attribute("extension") if identifier is not None else ""
    return Device(
        vendor=author.text("manufacturerOrganization", "name") if author is not None else "",
        model=device.text("manufacturerModelName") if device is not None else "",
        software=device.text("softwareName") if device is not None else "",
        serial=serial if serial.strip("0") else "",
        institution=root.text("location", "testingSite", "location", "name")
        or root.text(*_TRIAL, "location", "trialSite", "location", "name"),
    )
