"""When an aECG was taken: the time base itself, else the series, else the whole file."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from apps.ecg.formats.moments import checked_clock, timestamp
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

from .codes import code_of


class Acquired(NamedTuple):
    local: dt.datetime | None
    utc_offset_minutes: int | None
    source: str


def read_acquired(root: Element, series: Element, time: Element, warnings: Warnings) -> Acquired:
    """Local time, its offset where the file gives one, and which element said so."""
    head = time.at("value", "head")
    absolute = head is not None and code_of(time) == "TIME_ABSOLUTE"
    for element, source in (
        (head if absolute else None, "TIME_ABSOLUTE"),
        (series.at("effectiveTime", "low"), "series effectiveTime"),
        (root.at("effectiveTime", "low"), "effectiveTime"),
        (root.at("effectiveTime", "center"), "effectiveTime"),
    ):
        text = element.attribute("value") if element is not None else ""
        if found := timestamp(text):
            local, offset = found
            return Acquired(checked_clock(local, warnings), offset, source)
        if text:
            warnings.add("bad-date", f"The time of the {source} is not a time.")
    warnings.add("time-source", "The file does not say when it was recorded.")
    return Acquired(None, None, "")
