"""Formats of files as people call them; the names in tables and messages stay as they are."""

from __future__ import annotations

NAMES = {
    "cardiosoft-xml": "GE CardioSoft XML",
    "contec-ecg90a": "Contec ECG90A",
    "dicom": "DICOM",
    "edf": "EDF",
    "hl7-aecg": "HL7 aECG",
    "ishne": "ISHNE",
    "mortara-xml": "Mortara ELI XML",
    "muse-xml": "GE MUSE XML",
    "pdf": "PDF",
    "philips-xml": "Philips SierraECG XML",
    "schiller-xml": "Schiller XML",
    "scp-ecg": "SCP-ECG",
    "wfdb": "WFDB",
}


def format_name(name: str) -> str:
    """As it is where nobody calls it otherwise."""
    return NAMES.get(name, name)
