"""Why the platform states what it states: the criterion, and each number with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MINUS = "\N{MINUS SIGN}"
# How a name ends: the unit, what divides the number, and the decimals.
UNITS = {
    "_ms": (" ms", 1, 0),
    "_bpm": (" /min", 1, 0),
    "_deg": ("°", 1, 0),
    "_uv": (" mV", 1000, 2),
    "_years": (" years", 1, 0),
}
# Without its unit; any other name is read as it is written.
WORDS = {
    "heart_rate": "HR",
    "pr": "PR",
    "qrs": "QRS",
    "qrs_i": "QRS I",
    "qrs_avr": "QRS aVR",
    "qtc_fridericia": "QTc",
    "qrs_axis": "QRS axis",
    "p_axis": "P axis",
    "rr_cv": "RR variation",
    "basic_rr_cv": "RR variation",
    "r_avl": "R aVL",
    "limit_v2_v3": "limit in V2 and V3",
    "limb": "largest limb lead",
    "chest": "largest chest lead",
    "incomplete": "incomplete from",
    "wide": "wide from",
    "nonspecific": "nonspecific from",
    "terminal_v1": "end of QRS V1",
    "terminal_i": "end of QRS I",
    "terminal_v6": "end of QRS V6",
    "early_rr_fraction": "early below, of RR",
    "leads_judged": "leads judged",
    "most_share": "block from more of them than",
    "fewest_leads": "fewest leads",
    "share_before_qrs": "share before QRS",
    "share_before_p": "share before P",
}
# What was held against, after what was measured: the database keeps no order of names.
LIMITS = (
    *("limit", "below", "above", "from", "to", "least_share", "fewest_leads", "most_share"),
    *("incomplete", "wide", "nonspecific", "limit_v2_v3", "limb_limit", "chest_limit"),
    *("early_rr_fraction", "flat", "tall", "adult"),
)
TOLD = {"criterion", "measurement"}  # the criterion stands before; the text names the measurement


def reason_in_words(evidence: Mapping[str, Any]) -> str:
    """“mean rate: HR 45 /min, below 50 /min”; empty where a device gave a bare statement."""
    names = sorted((name for name in evidence if name not in TOLD), key=_place)
    parts = [_part(name, evidence[name]) for name in names]
    numbers = ", ".join(part for part in parts if part)
    return ": ".join(part for part in (str(evidence.get("criterion", "")), numbers) if part)


def _place(name: str) -> tuple[int, int, str]:
    """Leads, then the numbers as the words above have them, then the limits."""
    base = name.removesuffix(_end(name))
    if base in LIMITS:
        return 2, LIMITS.index(base), name
    known = list(WORDS)
    return int(name != "leads"), known.index(base) if base in WORDS else len(known), name


def _end(name: str) -> str:
    return next((end for end in UNITS if name.endswith(end)), "")


def _part(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"{_word(name)} {', '.join(map(str, value))}" if value else ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    end = _end(name)
    unit, divisor, decimals = UNITS.get(end, ("", 1, 2))
    number = f"{value / divisor:.{decimals}f}"
    if not end:
        number = number.rstrip("0").rstrip(".")
    return f"{_word(name.removesuffix(end))} {number}{unit}".replace("-", MINUS)


def _word(name: str) -> str:
    if name.startswith("st_j_"):
        return f"J point {name.removeprefix('st_j_')}"
    return WORDS.get(name, name.replace("_", " "))
