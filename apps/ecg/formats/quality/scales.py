"""One recorder has one scale: leads that differ in theirs are odd, and may be a damaged header."""

from __future__ import annotations

from collections.abc import Iterable

from apps.ecg.formats.canonical import Waveform

from .panel import Panel


def check_scales(waveforms: Iterable[Waveform], panel: Panel) -> None:
    """Warns where recorded leads differ in what a count is worth or where zero lies."""
    panel.passed("scales", "Every lead was recorded with one scale and one zero.")
    for waveform in waveforms:
        recorded = [lead for lead in waveform.leads if not lead.derived]
        if len({lead.nv_per_lsb for lead in recorded}) > 1:
            words = f"Leads of the {waveform.kind} differ in their scale."
            panel.warn("scales", "scales-differ", words)
        if len({-lead.offset_nv if lead.negated else lead.offset_nv for lead in recorded}) > 1:
            words = f"Leads of the {waveform.kind} differ in where zero lies."
            panel.warn("scales", "offsets-differ", words)
