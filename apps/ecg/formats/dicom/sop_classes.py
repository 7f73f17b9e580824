"""Which DICOM objects are resting ECGs, and what the others are called when refused."""

from __future__ import annotations

from pydicom.config import IGNORE
from pydicom.uid import UID

from apps.ecg.formats.canonical import Refused

_STORAGE = "1.2.840.10008.5.1.4.1.1"
TWELVE_LEAD = f"{_STORAGE}.9.1.1"
GENERAL = f"{_STORAGE}.9.1.2"

# Longest prefix first.
_REFUSED = {
    f"{_STORAGE}.9.1.3": "dicom-ambulatory-ecg",
    f"{_STORAGE}.9.1.4": "dicom-32-bit-ecg",
    f"{_STORAGE}.9.1": "dicom-trial-waveform",
    f"{_STORAGE}.9.2": "dicom-hemodynamic",
    f"{_STORAGE}.9.3": "dicom-electrophysiology",
    f"{_STORAGE}.9": "dicom-other-waveform",
    f"{_STORAGE}.104.1": "dicom-pdf",
    f"{_STORAGE}.104": "dicom-document",
    f"{_STORAGE}.88": "dicom-structured-report",
}


def require_ecg(uid: str) -> None:
    """Raises Refused unless the object is a 12-lead or General ECG."""
    if uid in (TWELVE_LEAD, GENERAL):
        return
    if not uid:
        raise Refused(
            "dicom-no-sop-class",
            "The DICOM file does not say what kind of object it is.",
            field="SOPClassUID",
        )
    name = UID(uid, validation_mode=IGNORE).name
    name = "of an unknown kind" if name == uid else name
    raise Refused(
        _code(uid, name),
        f"The DICOM object ({name}) is not a 12-lead or General ECG.",
        field="SOPClassUID",
    )


def _code(uid: str, name: str) -> str:
    for prefix, code in _REFUSED.items():
        if uid == prefix or uid.startswith(prefix + "."):
            return code
    return "dicom-image" if "Image" in name else "dicom-not-ecg"
