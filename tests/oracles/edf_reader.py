"""The EDFlib package."""

from __future__ import annotations

from pathlib import Path

import pyedflib

from apps.ecg.formats.lead_labels import lead_by_label
from tests.oracles import Leads

NV_PER_UNIT = {"nV": 1, "uV": 1_000, "mV": 1_000_000, "V": 10**9}


def read(path: Path) -> Leads:
    found = {}
    with pyedflib.EdfReader(str(path)) as reader:
        for number, label in enumerate(reader.getSignalLabels()):
            lead = lead_by_label(label)
            unit = NV_PER_UNIT.get(reader.getPhysicalDimension(number))
            if lead is not None and unit is not None:
                sign = -1 if lead.startswith("-") else 1
                found[lead.removeprefix("-")] = sign * reader.readSignal(number) * unit
    return found
