"""Left ventricular hypertrophy by voltage, and low voltage (AHA/ACC/HRS 2009, part V)."""

from __future__ import annotations

from collections.abc import Iterator

from apps.ecg.signal.criteria.facts import Facts, above, reaches, said
from apps.ecg.signal.limits import Limits
from apps.ecg.signal.person import Person
from apps.ecg.signal.results import LeadMeasures, Statement

LIMB = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")


def hypertrophy(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    leads = facts.leads
    sokolow = _sum(_s(leads.get("V1")), _larger(_r(leads.get("V5")), _r(leads.get("V6"))))
    cornell = _sum(_s(leads.get("V3")), _r(leads.get("aVL")))
    women = person.sex == "F"
    cornell_limit = limits.cornell_women_uv if women else limits.cornell_men_uv
    reached = reaches(sokolow, limits.sokolow_lyon_uv)
    if not reached and not {"V5", "V6"} <= set(leads):
        reached = None  # the lead that cannot be judged may be the larger one
    yield said(
        "lvh_sokolow_lyon",
        "Left ventricular hypertrophy by voltage (Sokolow–Lyon)",
        reached,
        "S in V1 + larger R of V5 and V6",
        sum_uv=sokolow,
        limit_uv=limits.sokolow_lyon_uv,
    )
    yield said(
        "lvh_cornell",
        "Left ventricular hypertrophy by voltage (Cornell)",
        above(cornell, cornell_limit),
        "S in V3 + R in aVL",
        sum_uv=cornell,
        limit_uv=cornell_limit,
    )
    avl = _r(leads.get("aVL"))
    yield said(
        "lvh_avl",
        "Left ventricular hypertrophy by voltage (aVL)",
        above(avl, limits.avl_r_uv),
        "R in aVL",
        r_avl_uv=avl,
        limit_uv=limits.avl_r_uv,
    )


def low_voltage(facts: Facts, person: Person, limits: Limits) -> Iterator[Statement]:
    limb, chest = _largest(facts, LIMB), _largest(facts, CHEST)
    low_limb = None if limb is None else limb < limits.low_limb_uv
    low_chest = None if chest is None else chest < limits.low_chest_uv
    either = low_limb or low_chest
    yield said(
        "low_voltage",
        "Low voltage",
        either if either or low_limb == low_chest else None,
        "largest QRS of limb or of chest leads",
        limb_uv=limb,
        limb_limit_uv=limits.low_limb_uv,
        chest_uv=chest,
        chest_limit_uv=limits.low_chest_uv,
    )


def _largest(facts: Facts, names: tuple[str, ...]) -> float | None:
    """The largest QRS from peak to peak; None unless every lead can be judged."""
    if not set(names) <= set(facts.leads):
        return None
    return max(_peak_to_peak(facts.leads[name]) for name in names)


def _peak_to_peak(lead: LeadMeasures) -> float:
    heights = [lead.q_uv or 0, lead.r_uv or 0, lead.s_uv or 0, lead.r2_uv or 0]
    return max(heights) - min(heights)


def _r(lead: LeadMeasures | None) -> float | None:
    return None if lead is None else max(lead.r_uv or 0.0, lead.r2_uv or 0.0)


def _s(lead: LeadMeasures | None) -> float | None:
    return None if lead is None else -min(lead.s_uv or 0.0, lead.q_uv or 0.0)


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _larger(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return max(known) if known else None
