"""Sections 5 and 6: each lead's samples, coded and differenced (EN 1064, 5.8 and 5.9)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

from .fields import Fields
from .huffman import Stream, Table

LARGEST = 0xFFFF  # bytes of one lead, as its field can state them


class Encoded(NamedTuple):
    """A section before its samples are decoded. Interval in µs, one count is `avm_nv`."""

    avm_nv: Decimal
    interval_us: int
    difference: int
    bimodal: int
    spans: tuple[tuple[int, int], ...]  # first byte and end of each lead's data
    data: bytes
    field: str


def read_encoded(body: bytes, leads: int, field: str) -> Encoded:
    """The head of a section 5 or 6, its lengths checked. Raises Refused."""
    fields = Fields(body, field)
    avm, interval, difference, bimodal = fields.read("HHBB")
    lengths = [fields.number("H") for _ in range(leads)]
    data = fields.take(fields.left())
    if not avm:
        raise Refused("unknown-scale", "The size of one count is missing.", field=field)
    if not interval:
        raise Refused("unknown-rate", "The sampling interval is missing.", field=field)
    if difference > 2:
        raise Refused("difference-code", "The samples are coded in no known way.", field=field)
    ends = np.cumsum(lengths).tolist()
    if ends[-1] > len(data):
        raise Refused("truncated", "The leads are longer than their section.", field=field)
    if len(data) - ends[-1] > 1:
        raise Refused("data-length", "The section is longer than its leads.", field=field)
    spans = tuple(zip([0, *ends], ends, strict=False))
    return Encoded(Decimal(avm), interval, difference, bimodal, spans, data, field)


def decode_leads(encoded: Encoded, tables: tuple[Table, ...], count: int) -> NDArray[np.int64]:
    """The counts (samples, leads) of a section; `tables` is empty where none codes them."""
    if tables:
        stream = Stream(encoded.data, tables, encoded.field)
        rows = [stream.values(start, end, count) for start, end in encoded.spans]
    else:
        rows = [_plain(encoded, start, end, count) for start, end in encoded.spans]
    return integrated(np.array(rows), encoded.difference).T


def _plain(encoded: Encoded, start: int, end: int, count: int) -> NDArray[np.int64]:
    if end - start != 2 * count:
        raise Refused(
            "lead-length", "A lead does not have as many samples as it says.", field=encoded.field
        )
    return np.frombuffer(encoded.data, "<i2", count, start).astype(np.int64)


def integrated(rows: NDArray[np.int64], difference: int) -> NDArray[np.int64]:
    """Samples from first or second differences along the last axis, in 16 bits as encoders count.

    The first one (or two) values of a row are samples themselves.
    """
    if difference == 2:
        rows = rows.copy()
        rows[:, 1:2] -= rows[:, :1]
        rows[:, 1:] = np.cumsum(rows[:, 1:], axis=1)
    if difference:
        rows = np.cumsum(rows, axis=1)
    return (rows + 0x8000 & 0xFFFF) - 0x8000
