"""Shapes of the QRS that tell blocks apart, given as measured leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from apps.ecg.signal.criteria.conduction import (
    anterior_fascicle,
    bundle_branches,
    first_degree_block,
)
from apps.ecg.signal.criteria.facts import Facts
from apps.ecg.signal.limits import ADULT
from apps.ecg.signal.person import NOBODY
from apps.ecg.signal.results import Axes, Fiducials, LeadMeasures, MedianBeat

LATERAL, RATE_HZ = ("I", "aVL", "V5", "V6"), 500.0
R, S, RS = LeadMeasures(r_uv=900.0), LeadMeasures(s_uv=-900.0), LeadMeasures(r_uv=80.0, s_uv=-700.0)


def beat(shapes: dict[str, np.ndarray]) -> MedianBeat:
    """A QRS of 160 ms with these lines, in a beat of 400 ms."""
    samples = np.zeros((200, len(shapes)))
    for column, line in enumerate(shapes.values()):
        samples[50:130, column] = line
    borders = Fiducials(qrs_on=100.0, qrs_off=260.0)
    return MedianBeat(samples, tuple(shapes), RATE_HZ, borders, 10)


def hump(top_ms: float) -> np.ndarray:
    """A late R that lies above 80 % of its height for about so long."""
    away = np.abs(np.arange(80) - 45) * 2.0
    return 900 * np.clip(1 - np.maximum(away - top_ms / 2, 0) / 40, 0, 1)


def said(facts: Facts, code: str) -> bool | None:
    criteria = (bundle_branches, anterior_fascicle, first_degree_block)
    statements = [one for each in criteria for one in each(facts, NOBODY, ADULT)]
    return next(one.present for one in statements if one.code == code)


def left(top_ms: float, **other: LeadMeasures) -> Facts:
    shapes = {"V1": -hump(top_ms), **{name: hump(top_ms) for name in LATERAL}}
    leads = {"V1": S, **dict.fromkeys(LATERAL, R), **other}
    return Facts(qrs_ms=160.0, leads=leads, median=beat(shapes))


def test_a_broad_lateral_r_is_a_left_block() -> None:
    assert said(left(30.0), "lbbb")
    assert not said(left(30.0), "ivcd")


def test_a_pointed_lateral_r_is_not_but_an_unspecific_delay() -> None:
    assert not said(left(0.0), "lbbb")
    assert said(left(0.0), "ivcd")


def test_a_lateral_q_is_no_left_block() -> None:
    assert not said(left(30.0, V6=LeadMeasures(q_uv=-60.0, r_uv=900.0)), "lbbb")


CLEFT = LeadMeasures(r_uv=170.0, s_uv=-160.0, r2_uv=460.0)


@pytest.mark.parametrize(
    ("lateral", "present"),
    [
        (CLEFT, True),
        (LeadMeasures(r_uv=460.0, s_uv=-160.0, r2_uv=170.0), False),
        (LeadMeasures(q_uv=-60.0, r_uv=170.0, s_uv=-160.0, r2_uv=460.0), False),
        (LeadMeasures(r_uv=170.0, s_uv=-560.0, r2_uv=460.0), False),
    ],
    ids=["late R tallest", "early R tallest", "after a Q", "S deepest"],
)
def test_a_notch_below_the_line_parts_a_broad_r(lateral: LeadMeasures, present: bool) -> None:
    assert said(left(0.0, **dict.fromkeys(LATERAL, lateral)), "lbbb") is present


TALL, LOW = (
    LeadMeasures(r_uv=90.0, s_uv=-500.0, r2_uv=700.0),
    LeadMeasures(r_uv=90.0, s_uv=-500.0, r2_uv=200.0),
)


def right(first: LeadMeasures, i_uv: float, v6_uv: float) -> Facts:
    """V1 as given; the last part of the QRS is +300 µV there, and as given in I and V6."""
    late = np.where(np.arange(80) < 50, 0.0, 1.0)
    shapes = {"V1": 300 * late, "I": i_uv * late, "V6": v6_uv * late}
    leads = {"V1": first, "I": R, "V6": R}
    return Facts(qrs_ms=160.0, leads=leads, median=beat(shapes))


@pytest.mark.parametrize(
    ("facts", "present"),
    [
        (right(TALL, -200, -200), True),
        (right(TALL, -200, 50), True),
        (right(TALL, 50, 50), False),
        (right(LOW, -200, -200), False),
    ],
)
def test_a_right_block_has_a_large_late_r_and_ends_away_from_the_left(
    facts: Facts, present: bool
) -> None:
    assert said(facts, "rbbb") is present
    assert said(facts, "ivcd") is not present


@pytest.mark.parametrize(
    ("own_ms", "code"),
    [
        ((160.0, 120.0, 110.0), "rbbb"),
        ((160.0, 118.0, 110.0), "incomplete_rbbb"),
        ((), "rbbb"),
    ],
)
def test_a_block_is_complete_where_most_leads_are_wide_by_themselves(
    own_ms: tuple[float, ...], code: str
) -> None:
    facts = right(TALL, -200, -200)
    for name, own in zip(facts.leads, own_ms, strict=False):
        borders = Fiducials(qrs_on=100.0, qrs_off=100.0 + own)
        facts.leads[name] = replace(facts.leads[name], fiducials_ms=borders)
    found = [each for each in ("rbbb", "incomplete_rbbb") if said(facts, each)]
    assert found == [code]


def pr(*own_ms: float, pr_ms: float | None = 220.0) -> Facts:
    """A long PR over all leads, and P onsets of single ones so long before the QRS."""
    leads = {
        name: LeadMeasures(fiducials_ms=Fiducials(p_on=300.0 - own))
        for name, own in zip(("II", "V1", "V2", "V3"), own_ms, strict=False)
    }
    median = MedianBeat(np.zeros((1, 1)), ("II",), RATE_HZ, Fiducials(qrs_on=300.0), 10)
    return Facts(p_found=True, pr_ms=pr_ms, leads=leads, median=median)


@pytest.mark.parametrize(
    ("facts", "block", "borderline"),
    [
        (pr(220, 210, 150), True, False),
        (pr(220, 210, 150, 150), False, True),
        (pr(220, 180, 150), False, False),
        (pr(220), False, False),
        (pr(220, 210, pr_ms=200.0), False, False),
        (pr(220, 210, pr_ms=None), None, None),
        (Facts(p_found=False), False, False),
        (Facts(), None, None),
    ],
)
def test_a_long_pr_is_a_block_in_most_leads_and_borderline_in_some(
    facts: Facts, block: bool | None, borderline: bool | None
) -> None:
    assert said(facts, "first_degree_av_block") is block
    assert said(facts, "borderline_first_degree_av_block") is borderline


def test_a_long_pr_names_its_leads_and_how_many_were_judged() -> None:
    (one, other) = first_degree_block(pr(220, 210, 150, 150), NOBODY, ADULT)
    assert one.evidence == other.evidence
    assert one.evidence["leads"] == ["II", "V1"]
    assert (one.evidence["leads_judged"], one.evidence["most_share"]) == (4, 0.5)


@pytest.mark.parametrize(
    ("inferior", "qrs_ms", "present"),
    [
        (RS, 110.0, True),
        (S, 110.0, True),
        (RS, 130.0, True),
        (RS, 150.0, False),
        (LeadMeasures(q_uv=-700.0, r_uv=80.0), 110.0, False),
    ],
)
def test_a_hemiblock_has_no_inferior_q_and_no_very_wide_qrs(
    inferior: LeadMeasures, qrs_ms: float, present: bool
) -> None:
    leads = {"I": R, "aVL": R, "II": RS, "III": inferior, "aVF": inferior}
    facts = Facts(qrs_ms=qrs_ms, axes=Axes(qrs=-60.0), leads=leads)
    assert said(facts, "lafb") is present
