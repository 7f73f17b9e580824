"""The checks of a signal in one line."""

from __future__ import annotations

from collections import Counter
from typing import Any

WORDS = (("quarantine", "refused"), ("warn", "with a warning"), ("pass", "passed"))


def check_counts(checks: list[dict[str, Any]]) -> str:
    """1 with a warning, 14 passed; empty where nothing was checked."""
    counts = Counter(check["level"] for check in checks)
    return ", ".join(f"{counts[level]} {word}" for level, word in WORDS if counts[level])
