"""The checks of a signal as pages show them: in one line, and the gravest first."""

from __future__ import annotations

from collections import Counter
from typing import Any

WORDS = (("quarantine", "refused"), ("warn", "with a warning"), ("pass", "passed"))


LABELS = {
    "rate": "Sampling rate",
    "duration": "Duration",
    "leads": "Leads",
    "gaps": "Gaps",
    "amplitude": "Amplitude",
    "flat": "Flat leads",
    "clipped": "Clipped leads",
    "pulse": "Calibration pulse",
    "limb-leads": "Limb leads",
    "copies": "Copied leads",
    "scales": "Scales",
    "heights": "Heights",
    "median": "Median beat",
    "median-rate": "Rate of the median",
    "heart-rate": "Heart rate",
    "electrodes": "Electrodes",
    "wave-limits": "Wave limits",
    "intervals": "Intervals",
    "qtc": "QTc",
}


def check_rows(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refused first, then warnings, each with its name in words."""
    order = [level for level, _ in WORDS]
    rows = [check | {"label": LABELS.get(check["name"], check["name"])} for check in checks]
    return sorted(rows, key=lambda row: order.index(row["level"]))


def check_counts(checks: list[dict[str, Any]]) -> str:
    """1 with a warning, 14 passed; empty where nothing was checked."""
    counts = Counter(check["level"] for check in checks)
    return ", ".join(f"{counts[level]} {word}" for level, word in WORDS if counts[level])
