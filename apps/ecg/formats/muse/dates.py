"""Dates of a MUSE file: month first or day first is a setting of the site, not in the file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Literal

from apps.ecg.formats.moments import clock_time, date_of, local_time, plain_date
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

DateOrder = Literal["month-first", "day-first"]
_DATE = re.compile(r"(\d\d?)[-/.](\d\d?)[-/.](\d{4})", re.ASCII)
_PLACES = (
    ("TestDemographics", "AcquisitionDate"),
    ("TestDemographics", "EditDate"),
    ("TestDemographics", "AdmitDate"),
    ("PatientDemographics", "DateofBirth"),
    ("Order", "OrderDate"),
    ("Order", "OrderPlacementDate"),
)


class Dates:
    """Reads every date of one file in one order: a known one, else the one its dates prove."""

    def __init__(self, root: Element, known: DateOrder | None, warnings: Warnings) -> None:
        self._root = root
        self._known = known
        self._warnings = warnings
        self._proven = {order for text in self._texts() if (order := _proves(text))}

    def _texts(self) -> Iterator[str]:
        return (self._root.text(*place) for place in _PLACES)

    def acquired(self) -> dt.datetime | None:
        test = "TestDemographics"
        date = self.date(test, "AcquisitionDate")
        time = clock_time(self._root.text(test, "AcquisitionTime"))
        return local_time(date, time, self._warnings)

    def date(self, *place: str) -> dt.date | None:
        """None where absent; None with a warning where it is no date in the file's order."""
        text = self._root.text(*place)
        match = _DATE.fullmatch(text)
        found = plain_date(text)
        if match:
            first, second, year = match.groups()
            month_first = self._month_first(ambiguous=int(first) != int(second))
            found = date_of(year, *((first, second) if month_first else (second, first)))
        if text and found is None:
            self._warnings.add("bad-date", f"{place[-1]} is not a date.")
        return found

    def _month_first(self, *, ambiguous: bool) -> bool:
        if self._known:
            return self._known == "month-first"
        if len(self._proven) == 1:
            return "month-first" in self._proven
        if ambiguous:
            self._warnings.add(
                "date-order", "Nothing proves whether month or day comes first; month was taken."
            )
        return True


def _proves(text: str) -> DateOrder | None:
    """The order a date is only possible in; None where both or neither are."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    if first <= 12 < second:
        return "month-first"
    return "day-first" if second <= 12 < first else None
