"""Cart, place and time of a Philips file."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from apps.ecg.formats.moments import clock_time, local_time, plain_date
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

STANDARD = "standard"


class Device(NamedTuple):
    model: str
    software: str
    station: str
    institution: str


def read_device(root: Element) -> Device:
    """The detail is "maker:product:software"."""
    acquisition = root.need("dataacquisition")
    machine = acquisition.at("machine")
    detail = machine.attribute("detaildescription").split(":") if machine is not None else []
    return Device(
        model=machine.text() if machine is not None else "",
        software=detail[2] if len(detail) == 3 else "",
        station=machine.attribute("machineid") if machine is not None else "",
        institution=acquisition.text("acquirer", "institutionname"),
    )


def read_acquired(root: Element, warnings: Warnings) -> dt.datetime | None:
    acquisition = root.need("dataacquisition")
    date, time = acquisition.attribute("date"), acquisition.attribute("time")
    return local_time(plain_date(date), clock_time(time), warnings)


def read_electrode_system(root: Element, warnings: Warnings) -> str:
    """ "standard", "other", or empty where the file does not say."""
    placement = root.text("dataacquisition", "signalcharacteristics", "electrodeplacement")
    if not placement or placement.upper() == "STD":
        return STANDARD if placement else ""
    warnings.add("electrode-system", "Not a standard 12-lead electrode placement.")
    return "other"
