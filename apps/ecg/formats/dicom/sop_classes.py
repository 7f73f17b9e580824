"""Which DICOM objects may hold a resting ECG, and what the others are called when refused."""

from __future__ import annotations

from pydicom.config import IGNORE
from pydicom.uid import UID

from apps.ecg.formats.canonical import Refused

_STORAGE = "1.2.840.10008.5.1.4.1.1"
TWELVE_LEAD = f"{_STORAGE}.9.1.1"
GENERAL = f"{_STORAGE}.9.1.2"
AMBULATORY = f"{_STORAGE}.9.1.3"
GENERAL_32_BIT = f"{_STORAGE}.9.1.4"
HEMODYNAMIC = f"{_STORAGE}.9.2.1"
ENCAPSULATED_PDF = f"{_STORAGE}.104.1"
_ECG = {TWELVE_LEAD, GENERAL, AMBULATORY, GENERAL_32_BIT, HEMODYNAMIC}
# What is of use here: read as an ECG, or kept as a document.
KEPT = frozenset({*_ECG, ENCAPSULATED_PDF})

# Longest prefix first.
_REFUSED = {
    f"{_STORAGE}.9.1": "dicom-trial-waveform",
    f"{_STORAGE}.9.2": "dicom-other-hemodynamic",
    f"{_STORAGE}.9.3": "dicom-electrophysiology",
    f"{_STORAGE}.9": "dicom-other-waveform",
    ENCAPSULATED_PDF: "dicom-pdf",
    f"{_STORAGE}.104": "dicom-document",
    f"{_STORAGE}.88": "dicom-structured-report",
}
_MESSAGES = {
    "dicom-pdf": "This is a PDF in DICOM: it is kept as a document, and no number is read from it."
}


def require_ecg(uid: str) -> None:
    """Raises Refused unless the object is of a kind that may hold an ECG (PS3.3 A.34)."""
    if uid in _ECG:
        return
    if not uid:
        raise Refused(
            "dicom-no-sop-class",
            "The DICOM file does not say what kind of object it is.",
            field="SOPClassUID",
        )
    name = UID(uid, validation_mode=IGNORE).name
    name = "of an unknown kind" if name == uid else name
    code = _code(uid, name)
    message = f"The DICOM object ({name}) is not an ECG waveform."
    raise Refused(code, _MESSAGES.get(code, message), field="SOPClassUID")


def _code(uid: str, name: str) -> str:
    for prefix, code in _REFUSED.items():
        if uid == prefix or uid.startswith(prefix + "."):
            return code
    return "dicom-image" if "Image" in name else "dicom-not-ecg"
