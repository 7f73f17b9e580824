"""Electrode placement from the acquisition context (PS3.16 CID 3263, SCP-ECG tag 33)."""

from __future__ import annotations

from . import tags
from .elements import Dataset
from .values import Reader

STANDARD = "standard"
_SYSTEMS = (
    "",  # unspecified
    STANDARD,
    "mason-likar",
    "mason-likar",
    "electrode-pad",
    "frank-derived",
    "reduced-derived",
    "exercise-back",
    "high-intercostal",
)
_VALUES = {
    **{("SCPECG", f"5.4.5-33-1-{n}"): name for n, name in enumerate(_SYSTEMS[:7])},
    **{("MDC", f"10:{11264 + n}"): name for n, name in enumerate(_SYSTEMS)},
    ("MDC", "10:11283"): "frank-derived",
    ("MDC", "10:11284"): "easi-derived",
}
_CONCEPTS = {("SCPECG", "5.4.5-33-1"), ("MDC", "10:11345")}


def read_electrode_system(dataset: Dataset, reader: Reader) -> str:
    """ "standard", another known system, "other", or empty where the file does not say."""
    found: set[str] = set()
    for item in dataset.items(tags.ACQUISITION_CONTEXT):
        concept = reader.code(item, tags.CONCEPT_NAME)
        value = reader.code(item, tags.CONCEPT_CODE)
        if concept and value and concept.key() in _CONCEPTS:
            found.add(_VALUES.get(value.key(), "other"))
    found.discard("")
    system = found.pop() if len(found) == 1 else ("other" if found else "")
    if system not in ("", STANDARD):
        reader.warnings.add(
            "electrode-system", f"Not a standard 12-lead electrode placement: {system}."
        )
    return system
