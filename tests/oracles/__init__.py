"""Independent readers by format, called by tests and never copied.

A reader gives the physical value of each lead it knows, in nanovolts, as the file's rhythm; no
lead of a file that it refuses. A format without a row here has no independent reader.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import DecodedEcg

Leads = dict[str, NDArray[np.float64]]
Read = Callable[[Path], Leads]


class Oracle(NamedTuple):
    """The package's name, or what else judges, and the module here whose `read` asks it."""

    package: str
    module: str

    def read(self, path: Path) -> Leads:
        found: Leads = import_module(f"{__name__}.{self.module}").read(path)
        return found


ORACLES = {
    "cardiosoft-xml": Oracle("its text", "text_reader"),
    "contec-ecg90a": Oracle("its maker's table", "table_reader"),
    "dicom": Oracle("pydicom", "dicom_reader"),
    "edf": Oracle("pyedflib", "edf_reader"),
    "hl7-aecg": Oracle("ecgdatakit", "kit_reader"),
    "muse-xml": Oracle("ecgdatakit", "kit_reader"),
    "philips-xml": Oracle("ecgdatakit", "kit_reader"),
    "schiller-xml": Oracle("its text", "text_reader"),
    "scp-ecg": Oracle("ecgdatakit", "scp_reader"),
    "wfdb": Oracle("wfdb", "wfdb_reader"),
}
# Samples of calibration that a reader keeps and the decoder strips.
TAILS = {"philips-xml": 500}


def largest_difference_nv(ecg: DecodedEcg, judged: Leads) -> float:
    """Over every stored lead and sample; the judge may hold a calibration pulse after them.

    Raises AssertionError where a lead is not there or of another length.
    """
    allowed = {0, TAILS.get(ecg.format, 0)}
    rhythm, exact, largest = ecg.rhythm, ecg.rhythm.nanovolts(), 0.0
    for column, lead in enumerate(rhythm.leads):
        if lead.derived and lead.name not in judged:
            continue
        values = judged[lead.name][: rhythm.samples]
        assert judged[lead.name].size - rhythm.samples in allowed, lead.name
        present = slice(None) if rhythm.missing is None else ~rhythm.missing[:, column]
        largest = max(largest, float(np.abs(values - exact[:, column])[present].max()))
    return largest
