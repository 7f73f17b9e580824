"""The device's interpretation in its own words and order."""

from __future__ import annotations

from apps.ecg.formats.canonical import SourceStatement

from . import tags
from .elements import Dataset
from .values import Reader

MAX_STATEMENT = 1000


def read_statements(dataset: Dataset, reader: Reader) -> tuple[SourceStatement, ...]:
    found: list[SourceStatement] = []
    for item in dataset.items(tags.WAVEFORM_ANNOTATIONS):
        if tags.NUMERIC_VALUE in item.values:
            continue
        lines = reader.text(item, tags.UNFORMATTED_TEXT).replace("\r", "\n").split("\n")
        coded = reader.code(item, tags.CONCEPT_CODE)
        code = str(coded) if coded else ""
        texts = [line.strip() for line in lines if line.strip()]
        if not texts and coded:
            texts = [coded.meaning or code]
        found += [SourceStatement(text[:MAX_STATEMENT], code) for text in texts]
    return tuple(found)
