"""The built-in reading: limits applied to the platform's own measurements, nothing more.

Adult limits of AHA/ACC/HRS 2009; each statement carries the number and the limit that fired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

SLUG = "einthoven-rules"
VERSION = "1.0.0"
ADULT_YEARS = 18

PR_LONG_MS = 200
QRS_WIDE_MS = 120
QRS_BORDERLINE_MS = 110
QTC_LONG_MS = {"M": 450, "F": 460}
QTC_HIGH_RISK_MS = 500
QTC_SHORT_MS = 390
AXIS_LEFT_DEG = -30
AXIS_RIGHT_DEG = 90


@dataclass(frozen=True, slots=True)
class RuleInput:
    """Numbers by measurement name, sex as recorded ("" unknown), age in years at acquisition."""

    values: dict[str, float]
    sex: str
    age_years: int | None
    pacing_suspected: bool
    standard_leads: bool


@dataclass(frozen=True, slots=True)
class RuleStatement:
    code: str
    text: str
    evidence: dict[str, float] = field(default_factory=dict)


def not_eligible(given: RuleInput) -> str:
    """Why the rules do not apply, with the words that say so; empty when they do."""
    if given.pacing_suspected:
        return "pacing suspected (intended use, “not paced”)"
    if given.age_years is None:
        return "age not known (intended use, “Adults”)"
    if given.age_years < ADULT_YEARS:
        return f"age under {ADULT_YEARS} (intended use, “Adults”)"
    if not given.standard_leads:
        return "not a standard 12-lead recording (intended use, “standard 12-lead resting ECG”)"
    if "heart_rate_bpm" not in given.values:
        return "heart rate could not be measured (limits, “the platform's measurements only”)"
    return ""


def read(given: RuleInput) -> list[RuleStatement]:
    """Every rule whose numbers are there and beyond its limit, most urgent first."""
    return [statement for rule in RULES for statement in rule(given)]


def _qtc(given: RuleInput) -> Iterator[RuleStatement]:
    qtc = given.values.get("qtc_fridericia_ms")
    if qtc is None:
        return
    limit = QTC_LONG_MS.get(given.sex)
    evidence = {"qtc_fridericia_ms": qtc}
    wide = given.values.get("qrs_ms", 0) >= QRS_WIDE_MS
    note = ", unreliable with a wide QRS" if wide else ""
    if qtc >= QTC_HIGH_RISK_MS:
        text = f"QTc prolonged to 500 ms or more{note}"
        yield RuleStatement("qtc-high-risk", text, {**evidence, "limit_ms": QTC_HIGH_RISK_MS})
    elif limit and qtc >= limit:
        yield RuleStatement("qtc-long", f"QTc prolonged{note}", {**evidence, "limit_ms": limit})
    elif qtc <= QTC_SHORT_MS:
        yield RuleStatement("qtc-short", f"QTc short{note}", {**evidence, "limit_ms": QTC_SHORT_MS})


def _qrs(given: RuleInput) -> Iterator[RuleStatement]:
    qrs = given.values.get("qrs_ms")
    if qrs is None:
        return
    if qrs >= QRS_WIDE_MS:
        evidence = {"qrs_ms": qrs, "limit_ms": QRS_WIDE_MS}
        yield RuleStatement("qrs-wide", "QRS wide", evidence)
    elif qrs >= QRS_BORDERLINE_MS:
        evidence = {"qrs_ms": qrs, "limit_ms": QRS_BORDERLINE_MS}
        yield RuleStatement("qrs-borderline", "QRS slightly prolonged", evidence)


def _pr(given: RuleInput) -> Iterator[RuleStatement]:
    pr = given.values.get("pr_ms")
    if pr is not None and pr > PR_LONG_MS:
        yield RuleStatement("pr-long", "PR prolonged", {"pr_ms": pr, "limit_ms": PR_LONG_MS})


def _axis(given: RuleInput) -> Iterator[RuleStatement]:
    axis = given.values.get("qrs_axis_deg")
    if axis is None:
        return
    evidence = {"qrs_axis_deg": axis}
    if -90 <= axis < AXIS_LEFT_DEG:
        yield RuleStatement("axis-left", "Left axis deviation", evidence)
    elif axis > AXIS_RIGHT_DEG:
        yield RuleStatement("axis-right", "Right axis deviation", evidence)
    elif axis < -90:
        yield RuleStatement("axis-extreme", "Extreme axis deviation", evidence)


def _nothing_fired(given: RuleInput) -> Iterator[RuleStatement]:
    fired = any(True for rule in RULES[:-1] for _ in rule(given))
    if not fired:
        yield RuleStatement("no-limit-exceeded", "No interval or axis limit exceeded")


RULES: tuple[Callable[[RuleInput], Iterator[RuleStatement]], ...] = (
    _qtc,
    _qrs,
    _pr,
    _axis,
    _nothing_fired,
)
