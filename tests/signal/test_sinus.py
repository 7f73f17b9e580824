"""P before the QRS: how far it is looked for, and which way it must point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.criteria.facts import Facts
from apps.ecg.signal.criteria.rhythm import sinus
from apps.ecg.signal.limits import ADULT
from apps.ecg.signal.person import NOBODY
from apps.ecg.signal.results import Axes
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from tests.signal.records import measured


def stated(found: Measured, code: str) -> bool | None:
    return next(one.present for one in found.statements if one.code == code)


@pytest.mark.parametrize("pr_ms", [150.0, 320.0, 345.0, 380.0])
def test_a_p_wave_is_found_as_far_before_the_qrs_as_it_may_be(pr_ms: float) -> None:
    found, truth = measured(pr_ms=pr_ms, heart_rate_bpm=55, seed=2)
    assert found.pr_ms == pytest.approx(pr_ms, abs=10)
    assert found.p_ms == pytest.approx(truth.p_ms, abs=10)
    assert stated(found, "first_degree_av_block") is (pr_ms > ADULT.pr_long_ms)


def stretched(p_scale: float) -> Measured:
    """Every lead drawn to the same height, as some databases keep them."""
    samples = synthesize(SynthesisSpec(seed=3, p_scale=p_scale)).samples_uv()
    low, high = samples.min(axis=0), samples.max(axis=0)
    return measure(np.round((samples - low) / (high - low) * 2000), STANDARD_LEADS, 500)


@pytest.mark.parametrize(("p_scale", "present"), [(1.0, True), (-1.0, False)])
def test_stretched_leads_still_tell_which_way_p_points(p_scale: float, present: bool) -> None:
    found = stretched(p_scale)
    assert found.reasons["p_axis"] == "leads_stretched"
    assert found.pr_ms is not None
    assert stated(found, "sinus_rhythm") is present


@pytest.mark.parametrize(
    ("facts", "present"),
    [
        (Facts(p_found=True, axes=Axes(p=60.0)), True),
        (Facts(p_found=True, axes=Axes(p=120.0), p_upright=True), False),
        (Facts(p_found=True, p_upright=True), None),
        (Facts(p_found=False), False),
        (Facts(p_found=True, p_upright=True, true_heights=False), True),
        (Facts(p_found=True, axes=Axes(p=60.0), p_upright=False, true_heights=False), False),
        (Facts(p_found=True, true_heights=False), None),
        (Facts(p_found=None), None),
    ],
)
def test_the_axis_decides_or_the_direction_and_without_either_nothing_is_said(
    facts: Facts, present: bool | None
) -> None:
    whole = replace(facts, beat_classes=("dominant",) * 4)
    (statement,) = sinus(whole, NOBODY, ADULT)
    assert statement.present is present
