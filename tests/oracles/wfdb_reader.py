"""The WFDB package, whose import warns about a library under it."""

from __future__ import annotations

import warnings
from pathlib import Path

from apps.ecg.formats.lead_labels import lead_by_label
from tests.oracles import Leads

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wfdb

NV_PER_UNIT = {"nV": 1.0, "uV": 1e3, "mV": 1e6, "V": 1e9}

rdrecord = wfdb.rdrecord


def read(path: Path) -> Leads:
    record = rdrecord(str(path.with_suffix("")))
    columns = zip(record.sig_name, record.units, record.p_signal.T, strict=True)
    return {
        lead: values * NV_PER_UNIT[unit]
        for label, unit, values in columns
        if (lead := lead_by_label(label)) is not None
    }
