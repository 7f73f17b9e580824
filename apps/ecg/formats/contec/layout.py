"""The native file of a Contec ECG90A, as far as one recording in four formats proves it.

A head with the number and time of the recording, rows of eight 16-bit words, a tail. The bytes
that carry nothing known are what they are in that recording; any other value is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import Refused

HEAD = re.compile(rb"([0-9]{7})\0{3}(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\0")
BEHIND_TIME = bytes(10) + b"\xff\0\0"
TAIL = bytes(27) + b"\x16" + bytes(9)
HEAD_BYTES = 43
WORDS = 8
ROW_BYTES = 2 * WORDS
ZERO = 0x0800
NOT_CONNECTED = 0x6800
LIMB_COLUMNS = ("II", "III")


class Recording(NamedTuple):
    """Counts of II and III (samples, 2), and when the device's clock says they were taken."""

    number: str
    local: dt.datetime
    counts: NDArray[np.int32]


def recognises(data: bytes) -> bool:
    return HEAD.match(data[:HEAD_BYTES]) is not None


def read_layout(data: bytes) -> Recording:
    """Raises Refused for whatever deviates from the proven layout."""
    match = HEAD.match(data[:HEAD_BYTES])
    if match is None or data[match.end() : HEAD_BYTES] != BEHIND_TIME:
        raise Refused(
            "contec-head", "The head of the file is not laid out as known files are.", field="head"
        )
    rows, rest = divmod(len(data) - HEAD_BYTES - len(TAIL), ROW_BYTES)
    if rows < 1 or rest:
        raise Refused(
            "truncated", "The file does not hold whole samples; transfer it again.", field="samples"
        )
    if data[-len(TAIL) :] != TAIL:
        raise Refused(
            "contec-tail", "The end of the file is not laid out as known files are.", field="tail"
        )
    words = np.frombuffer(data, "<u2", rows * WORDS, HEAD_BYTES).reshape(rows, WORDS)
    return Recording(match[1].decode(), _time(match), _counts(words))


def _time(match: re.Match[bytes]) -> dt.datetime:
    try:
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[1:])
        return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 — local
    except ValueError:
        raise Refused("contec-head", "The time in the file is no time.", field="time") from None


def _counts(words: NDArray[np.uint16]) -> NDArray[np.int32]:
    """12 bits around 0x800 in the limb words; the chest words must say not connected."""
    limb, chest = words[:, :2], words[:, 2:]
    if (chest != NOT_CONNECTED).any():
        raise Refused(
            "contec-chest-leads",
            "The order of connected chest leads in this format is not known.",
            field="samples",
        )
    if (limb >> 12).any():
        raise Refused(
            "contec-samples", "A limb lead is marked in a way that is not known.", field="samples"
        )
    return limb.astype(np.int32) - ZERO
