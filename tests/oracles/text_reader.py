"""The numbers that stand in a text file, taken out by a pattern: no package reads these formats."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from apps.ecg.formats.lead_labels import lead_by_label
from tests.oracles import Leads

# Where the rhythm begins, a lead's name and samples, and the nanovolts of a count in real files.
PATTERNS = (
    ("<StripData>", r'lead="(\w+)">([^<]*)<', 5_000),
    ("ECG_RHYTHMS", r"<name>(\w+)</name>\s*<data>([^<]*)</data>", 1_000),
)


def read(path: Path) -> Leads:
    text = path.read_text("latin-1")
    found: Leads = {}
    for start, pattern, nv_per_count in PATTERNS:
        for label, row in re.findall(pattern, text.partition(start)[2]):
            name = lead_by_label(label)
            assert name is not None
            counts = np.array([int(number) for number in row.split(",")], dtype=np.float64)
            found.setdefault(name, counts * nv_per_count)
    return found
