"""Shapes of the QRS that tell blocks apart, given as measured leads."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.signal.criteria.conduction import anterior_fascicle, bundle_branches
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
    statements = [*bundle_branches(facts, NOBODY, ADULT), *anterior_fascicle(facts, NOBODY, ADULT)]
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
