"""Which devices and ways of writing a real file has proven; all others are experimental."""

from __future__ import annotations

from . import tags
from .elements import Dataset
from .sop_classes import GENERAL, TWELVE_LEAD
from .values import ascii_text

SYNTHETIC_VENDOR = "Einthoven synthetic"
_VENDORS = ("Mortara", "GE Healthcare", SYNTHETIC_VENDOR)
_DEVICES = {("Unknown", "ELI250")}


def is_proven(dataset: Dataset, rhythm: Dataset) -> bool:
    """True for a kind of object, sample type, byte order and maker seen in a real file."""
    vendor = ascii_text(dataset, tags.MANUFACTURER)
    known = (
        vendor.startswith(_VENDORS) or (vendor, ascii_text(dataset, tags.MODEL_NAME)) in _DEVICES
    )
    return (
        known
        and ascii_text(dataset, tags.SOP_CLASS_UID) in (TWELVE_LEAD, GENERAL)
        and ascii_text(rhythm, tags.SAMPLE_INTERPRETATION) == "SS"
        and dataset.order == "<"
        and not rhythm.values.get(tags.GROUP_TIME_OFFSET, b"").strip(b"\0 0")
    )
