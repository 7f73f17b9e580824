"""One recorder has one scale: leads that differ in theirs are odd, and may be a damaged header."""

from __future__ import annotations

from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.warnings import Warnings


def check_scales(waveform: Waveform, warnings: Warnings) -> None:
    """Warns where recorded leads differ in what a count is worth or where zero lies."""
    recorded = [lead for lead in waveform.leads if not lead.derived]
    if len({lead.nv_per_lsb for lead in recorded}) > 1:
        warnings.add("scales-differ", f"Leads of the {waveform.kind} differ in their scale.")
    if len({-lead.offset_nv if lead.negated else lead.offset_nv for lead in recorded}) > 1:
        warnings.add("offsets-differ", f"Leads of the {waveform.kind} differ in where zero lies.")
