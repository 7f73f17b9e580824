"""Interpretation of a MUSE file: the current lines, and original ones an editor took out."""

from __future__ import annotations

from apps.ecg.formats.canonical import SourceStatement
from apps.ecg.formats.warnings import Warnings
from apps.ecg.formats.xml import Element

ORIGINAL = "original"
_END_OF_LINE = "ENDSLINE"
_LONGEST = 1000


def read_statements(root: Element, warnings: Warnings) -> tuple[SourceStatement, ...]:
    """An original line that is no longer there carries the code "original" and says so."""
    original = _lines(root.at("OriginalDiagnosis"))
    current = _lines(root.at("Diagnosis")) or original
    removed = [line for line in original if line not in current]
    if removed:
        warnings.add("edited-statements", "Statements of the device were edited; both are kept.")
    return (
        *(SourceStatement(line) for line in current),
        *(SourceStatement(f"Original, since removed: {line}", ORIGINAL) for line in removed),
    )


def _lines(diagnosis: Element | None) -> list[str]:
    """Fragments are joined until one is flagged as the end of its line."""
    lines: list[str] = []
    parts: list[str] = []
    for statement in diagnosis.all("DiagnosisStatement") if diagnosis else []:
        parts.append(statement.text("StmtText"))
        if _END_OF_LINE in [flag.text() for flag in statement.all("StmtFlag")]:
            lines.append(" ".join(part for part in parts if part))
            parts = []
    lines.append(" ".join(part for part in parts if part))
    return [line[:_LONGEST] for line in lines if line]
