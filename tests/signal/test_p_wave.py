"""The borders of P are those of its loop in space, not of its two largest directions alone."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.signal import p_wave
from apps.ecg.signal.averaging import Averaged
from apps.ecg.signal.borders import Wave
from tests.signal.records import measured

RATE_HZ = 500.0
CENTRE = 225
QRS = Wave(CENTRE - 20, CENTRE + 20)


def beats(*humps: tuple[float, float, float]) -> Averaged:
    """Eight beats; each lead has one hump of its own (start in ms before R, length, µV)."""
    time = (np.arange(600) - CENTRE) / RATE_HZ * 1000
    lines = [
        height * (0.5 - 0.5 * np.cos(2 * np.pi * np.clip((time + start) / length, 0, 1)))
        for start, length, height in humps
    ]
    median = np.stack(lines, axis=1)
    noise = np.random.default_rng(1).normal(0, 0.5, (8, *median.shape))
    return Averaged(median + noise, CENTRE, RATE_HZ, median)


def onset_ms(beat: Averaged) -> float:
    found = p_wave.find_p(beat, QRS, None, 1000.0)
    assert found is not None
    return (CENTRE - found.on) / RATE_HZ * 1000


LARGE = ((200.0, 90.0, 120.0), (180.0, 90.0, 100.0))


@pytest.mark.parametrize("early_ms", [0.0, 16.0, 24.0])
def test_p_begins_where_its_smallest_direction_does(early_ms: float) -> None:
    beat = beats(*LARGE, (200.0 + early_ms, 90.0, 55.0))
    assert onset_ms(beat) == pytest.approx(200.0 + early_ms, abs=8)


def test_two_directions_alone_would_begin_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    beat = beats(*LARGE, (224.0, 90.0, 55.0))
    whole = onset_ms(beat)
    monkeypatch.setattr(p_wave, "SPACE", p_wave.DIRECTIONS)
    assert whole > onset_ms(beat)


def test_what_the_two_directions_show_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [p_wave.find_p(beats(*LARGE, (170.0, 60.0, 55.0)), QRS, None, 1000.0)]
    monkeypatch.setattr(p_wave, "SPACE", p_wave.DIRECTIONS)
    found.append(p_wave.find_p(beats(*LARGE, (170.0, 60.0, 55.0)), QRS, None, 1000.0))
    whole, flat = (one for one in found if one is not None)
    assert whole.on <= flat.on < flat.off <= whole.off


@pytest.mark.parametrize(("duration_s", "rate"), [(5.0, 50), (10.0, 30), (10.0, 40)])
def test_few_beats_of_fibrillation_have_no_pr_but_of_sinus_rhythm_they_have(
    duration_s: float, rate: int
) -> None:
    """A wave that two of three beats have by chance is none."""
    shape = {"duration_s": duration_s, "heart_rate_bpm": rate}
    seeds = range(12)
    fibrillating = [
        measured(rhythm="atrial_fibrillation", seed=seed, **shape)[0].pr_ms for seed in seeds
    ]
    assert sum(pr is not None for pr in fibrillating) <= 1
    for seed in seeds:
        found, truth = measured(seed=seed, muscle_uv=10.0, **shape)
        assert found.pr_ms == pytest.approx(truth.pr_ms, abs=20)
