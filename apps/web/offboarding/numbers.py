"""Which new number each former one became: two sorted columns, sixteen bytes a row."""

from __future__ import annotations

from array import array
from bisect import bisect_left


class Unknown(Exception):
    """A row names one that is not in the export."""


class Numbers:
    """Former numbers come in rising order, as the export's rows do."""

    def __init__(self) -> None:
        self._former = array("q")
        self._new = array("q")

    def add(self, former: int, new: int) -> None:
        self._former.append(former)
        self._new.append(new)

    def __getitem__(self, former: int) -> int:
        place = bisect_left(self._former, former)
        if place == len(self._former) or self._former[place] != former:
            raise Unknown
        return self._new[place]
