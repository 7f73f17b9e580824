"""ecgdatakit, for XML formats: leads in millivolts, the calibration tail of Philips included."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from ecgdatakit import FileParser

from apps.ecg.formats.lead_labels import lead_by_label
from tests.oracles import Leads

NV_PER_MV = 1e6


def read(path: Path) -> Leads:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = FileParser().parse(str(path)).leads
    return {
        name: np.asarray(lead.samples, dtype=np.float64) * NV_PER_MV
        for lead in found
        if (name := lead_by_label(lead.label)) is not None
    }
