"""Decoding every other format: the synthetic ECG of 10 s and 12 leads, against one budget."""

from __future__ import annotations

from collections.abc import Iterator

from apps.ecg.formats import decode
from tests.bench.cost import costs_of
from tests.bench.rows import Row, Size, within
from tests.formats.files_of_formats import by_name

DECODE_MS = 20.0


def decoding(size: Size) -> Iterator[Row]:
    files = by_name()
    costs = costs_of([lambda data=data: decode(data) for data in files.values()], size.runs)
    for name, cost in zip(files, costs, strict=True):
        yield within(f"decode {name} with all checks", cost, DECODE_MS)
