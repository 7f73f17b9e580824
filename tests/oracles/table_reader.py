"""The table that Contec's own program wrote of a recording, beside it: counts of 5 µV.

Of the augmented leads it holds halves rounded to whole counts, so only I, II and III judge.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from tests.oracles import Leads

NV_PER_COUNT = 5_000
LEADS = ("I", "II", "III")


def read(path: Path) -> Leads:
    with path.with_name(f"{path.name}.csv").open(newline="") as source:
        rows = [[int(cell) for cell in row[: len(LEADS)]] for row in csv.reader(source)]
    return dict(zip(LEADS, (np.array(rows, dtype=np.float64) * NV_PER_COUNT).T, strict=True))
