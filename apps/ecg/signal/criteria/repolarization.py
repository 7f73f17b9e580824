"""QTc and shifts of ST (AHA/ACC/HRS 2009, part IV; universal definition of infarction)."""

from __future__ import annotations

from collections.abc import Iterator

from apps.ecg.signal.criteria.conduction import slow_conduction
from apps.ecg.signal.criteria.facts import Facts, above, reaches, said
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import Statement

# Neighbours on the body: the frontal plane in Cabrera's order, then around the chest.
NEIGHBOURS = (
    ("aVL", "I"),
    ("II", "aVF"),
    ("aVF", "III"),
    ("II", "III"),
    ("V1", "V2"),
    ("V2", "V3"),
    ("V3", "V4"),
    ("V4", "V5"),
    ("V5", "V6"),
    ("I", "V6"),
    ("I", "V5"),
)


def qtc(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    """Not judged where a single pause makes the mean RR one that no beat had."""
    value = facts.qtc.fridericia if facts.qtc else None
    paused = facts.rhythm.regular is False and bool(
        above(facts.rhythm.longest_rr_ms, limits.pause_ms)
    )
    wide = facts.qrs_ms is not None and facts.qrs_ms >= limits.wide_qrs_ms
    women = person.sex == "F"
    long_ms = limits.qtc_long_women_ms if women else limits.qtc_long_men_ms
    short = None if value is None else value <= limits.qtc_short_ms
    critical = reaches(value, limits.qtc_critical_ms)
    note = "QT unreliable: wide QRS" if wide else None
    for code, text, present, limit in (
        ("qtc_long", "QTc prolonged", reaches(value, long_ms), long_ms),
        ("qtc_critical", "QTc critically prolonged", critical, limits.qtc_critical_ms),
        ("qtc_short", "QTc short", short, limits.qtc_short_ms),
    ):
        yield said(
            code,
            text,
            None if paused else present,
            "QTc by Fridericia's formula",
            qtc_fridericia_ms=value,
            limit_ms=limit,
            note=note,
            not_judged="a pause between unequal RR" if paused else None,
        )
    yield said(
        "qt_unreliable",
        "QT unreliable: wide QRS",
        wide if facts.qt_ms is not None else None,
        "QRS duration",
        qrs_ms=facts.qrs_ms,
        limit_ms=limits.wide_qrs_ms,
    )


def st_elevation(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    """At the J point in two neighbouring leads."""
    levels = {name: lead.st_j_uv for name, lead in facts.leads.items() if lead.st_j_uv is not None}
    raised = {name for name, level in levels.items() if level >= _limit(name, person, limits)}
    yield _shifted(
        "st_elevation",
        "ST elevation",
        "J point in two neighbouring leads",
        facts,
        levels,
        raised,
        limits,
        limit_uv=limits.st_uv,
        limit_v2_v3_uv=_limit("V2", person, limits),
    )


def st_depression(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    """At the J point and still 80 ms later in two neighbouring leads."""
    levels = {
        name: max(lead.st_j_uv, lead.st_j80_uv)
        for name, lead in facts.leads.items()
        if lead.st_j_uv is not None and lead.st_j80_uv is not None
    }
    lowered = {name for name, level in levels.items() if level <= -limits.st_depression_uv}
    yield _shifted(
        "st_depression",
        "ST depression",
        "J point and 80 ms later in two neighbouring leads",
        facts,
        levels,
        lowered,
        limits,
        limit_uv=-limits.st_depression_uv,
    )


def _shifted(
    code: str,
    text: str,
    criterion: str,
    facts: Facts,
    levels: dict[str, float],
    shifted: set[str],
    limits: Limits,
    **limit_uv: float,
) -> Statement:
    """Said of the leads that agree with a neighbour; a slow QRS shifts ST by itself."""
    pairs = [pair for pair in NEIGHBOURS if set(pair) <= shifted]
    judged = any(set(pair) <= set(levels) for pair in NEIGHBOURS)
    slow = slow_conduction(facts, limits)
    leads = sorted({name for pair in pairs for name in pair}, key=list(levels).index)
    return said(
        code,
        text,
        None if slow or not judged else bool(pairs),
        criterion,
        leads=leads or None,
        not_judged="bundle branch block or very wide QRS" if slow else None,
        **limit_uv,
        **{f"st_j_{name}_uv": facts.leads[name].st_j_uv for name in leads},
    )


def _limit(lead: str, person: Person, limits: Limits) -> float:
    if lead not in ("V2", "V3"):
        return limits.st_uv
    if person.sex == "F":
        return limits.st_v2_v3_women_uv
    young = person.age_years is not None and person.age_years < limits.young_below_years
    return limits.st_v2_v3_young_men_uv if young else limits.st_v2_v3_men_uv
