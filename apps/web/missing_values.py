"""Why a number was not measured, in words: `reasons` of an analysis hold codes."""

from __future__ import annotations

from collections.abc import Mapping

NAMES = {
    "heart_rate_bpm": "HR",
    "pr_ms": "PR",
    "qrs_ms": "QRS",
    "qt_ms": "QT",
    "qtc": "QTc",
    "p_axis": "P axis",
    "qrs_axis": "QRS axis",
    "t_axis": "T axis",
}
WORDS = {
    "beats_unlike": "too few beats are alike",
    "hidden_in_t": "the P wave begins within the T wave before it",
    "implausible": "what was found cannot be true",
    "indeterminate": "the wave has no clear direction",
    "leads_stretched": "every lead was stretched to the same height",
    "limb_leads_clipped": "peaks of the limb leads are cut off",
    "limb_leads_missing": "too few usable limb leads",
    "no_usable_lead": "no usable lead",
    "not_found": "no such wave found",
    "pacing_suspected": "pacing suspected",
    "too_few_beats": "too few beats",
    "too_few_leads": "too few usable leads",
    "too_long": "the recording is too long",
    "too_noisy": "too much noise",
    "too_short": "the recording is too short",
}


def in_words(code: str) -> str:
    """Of a version that has gone there may be other codes."""
    return WORDS.get(code, code.replace("_", " "))


def not_measured(reasons: Mapping[str, str]) -> str:
    """One sentence about all that is missing; empty where nothing is."""
    grouped: dict[str, list[str]] = {}
    for key, name in NAMES.items():
        if key in reasons:
            grouped.setdefault(in_words(reasons[key]), []).append(name)
    parts = [f"{', '.join(names)} ({words})" for words, names in grouped.items()]
    return f"Not measured: {'; '.join(parts)}." if parts else ""
