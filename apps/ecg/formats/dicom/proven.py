"""Which makers and ways of writing a real file has proven."""

from __future__ import annotations

from . import tags
from .elements import Dataset
from .sop_classes import GENERAL, TWELVE_LEAD
from .values import ascii_text

SYNTHETIC_VENDOR = "Einthoven synthetic"
_VENDORS = ("Mortara", "GE Healthcare", "Einthoven")
_DEVICES = {("Unknown", "ELI250")}


def is_proven(dataset: Dataset, rhythm: Dataset) -> bool:
    """True for a kind of object, sample type and byte order seen in a real file.

    The rest is experimental: nothing but the standard's text says what it means.
    """
    return (
        ascii_text(dataset, tags.SOP_CLASS_UID) in (TWELVE_LEAD, GENERAL)
        and ascii_text(rhythm, tags.SAMPLE_INTERPRETATION).upper() == "SS"
        and dataset.order == "<"
        and not rhythm.values.get(tags.GROUP_TIME_OFFSET, b"").strip(b"\0 0")
    )


def is_known_maker(vendor: str, model: str) -> bool:
    """True for makers whose DICOM was compared with an independent reader's.

    Another's that passes every check is read with a warning: codes and units are the standard's.
    """
    return vendor.startswith(_VENDORS) or (vendor, model) in _DEVICES
