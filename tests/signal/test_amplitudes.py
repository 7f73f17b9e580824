"""Heights of waves are those that artificial ECGs were made with; `make accuracy` takes more."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import measure
from tests.accuracy.amplitudes import LEADS, artificial, heights, is_within


@pytest.mark.parametrize(("rate", "scale"), [(250, 1.0), (500, 0.5), (1000, 2.0)])
def test_every_height_is_within_the_limits_of_the_standard(rate: int, scale: float) -> None:
    found = list(heights(rate, scale, noise_uv=10.0))
    assert len({lead for lead, *_ in found}) == len(LEADS)
    assert len(found) > 35
    for lead, wave, ours, true in found:
        assert ours is not None, (lead, wave)
        assert is_within(ours, true), (lead, wave, ours, true)


def test_a_wave_below_the_least_height_is_none() -> None:
    found = measure(artificial(500, 1.0, 0.0), STANDARD_LEADS, 500).leads
    assert found["V1"].q_uv is None
    assert found["III"].p_uv is not None
    half = measure(artificial(500, 0.5, 0.0), STANDARD_LEADS, 500).leads
    assert half["III"].p_uv is None


def test_limits_are_absolute_for_small_waves_and_a_share_of_large_ones() -> None:
    assert is_within(524.0, 500.0)
    assert not is_within(526.0, 500.0)
    assert is_within(1049.0, 1000.0)
    assert not is_within(1051.0, 1000.0)
    assert not is_within(-900.0, -1000.0)


def test_a_signal_taller_than_its_file_says_is_outside() -> None:
    wrong = measure(1.08 * artificial(500, 1.0, 0.0), STANDARD_LEADS, 500).leads["II"].r_uv
    assert wrong == pytest.approx(1296, rel=0.02)
    assert not is_within(float(np.float64(wrong or 0.0)), 1200.0)
