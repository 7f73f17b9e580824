"""Beats, their borders and the median beat."""

import numpy as np
import pytest

from apps.ecg.signal import ALGORITHM, VERSION
from apps.ecg.signal.arrays import quantile
from apps.ecg.signal.averaging import Stack
from apps.ecg.signal.borders import first_rest, first_rests, last_rest, last_rests, levelled
from apps.ecg.signal.conditioning import condition
from tests.signal.records import measured


def test_borders_are_in_order_in_every_beat() -> None:
    found, _ = measured(seed=9)
    whole = [beat for beat in found.beats if beat.p_on is not None and beat.t_off is not None]
    assert len(whole) >= len(found.r_peaks) - 2
    for beat in whole:
        borders = (beat.p_on, beat.p_off, beat.qrs_on, beat.qrs_off, beat.t_on, beat.t_off)
        assert list(borders) == sorted(b for b in borders if b is not None)


def test_each_beat_surrounds_its_r_peak() -> None:
    found, _ = measured(sampling_rate_hz=1000)
    assert len(found.beats) == len(found.r_peaks)
    for peak, beat in zip(found.r_peaks, found.beats, strict=True):
        if beat.qrs_on is not None and beat.qrs_off is not None:
            assert beat.qrs_on < peak < beat.qrs_off


def test_borders_outside_the_record_are_not_given() -> None:
    found, _ = measured(seed=12)
    borders = [value for beat in found.beats for value in (beat.p_on, beat.t_off) if value]
    assert min(borders) >= 0
    assert max(borders) <= 10_000


def test_the_median_beat_obeys_the_limb_lead_identities() -> None:
    found, _ = measured(seed=5)
    assert found.median_beat is not None
    beat = dict(zip(found.median_beat.leads, found.median_beat.samples_uv.T, strict=True))
    np.testing.assert_allclose(beat["III"], beat["II"] - beat["I"])
    np.testing.assert_allclose(beat["aVR"], -(beat["I"] + beat["II"]) / 2)


def test_the_median_beat_says_how_it_was_made() -> None:
    found, _ = measured(seed=5)
    beat = found.median_beat
    assert beat is not None
    assert beat.samples_uv.shape == (600, 12)
    assert 8 <= beat.beats_used <= len(found.r_peaks)
    borders = beat.fiducials_ms
    assert borders.qrs_off is not None
    assert borders.qrs_on is not None
    assert borders.qrs_off - borders.qrs_on == pytest.approx(found.qrs_ms)


def test_a_beat_of_another_shape_has_its_own_borders_and_no_p() -> None:
    from apps.ecg.formats.canonical import STANDARD_LEADS
    from apps.ecg.signal import measure
    from apps.ecg.signal.synthesis import SynthesisSpec, synthesize

    samples = synthesize(SynthesisSpec(seed=6)).samples_uv()
    usual = measure(samples, STANDARD_LEADS, 500)
    peak = usual.r_peaks[5]
    bump = 1500 * np.hanning(90)
    samples[peak - 45 : peak + 45, 6:] += bump[:, None] * np.array([1, -1, 1, -1, 1, -1])
    beat = measure(samples, STANDARD_LEADS, 500).beats[5]
    assert beat.qrs_on is not None
    assert (beat.p_on, beat.p_off) == (None, None)


def test_filters_move_no_peak() -> None:
    impulse = np.zeros((5000, 1))
    impulse[2500] = 1000.0
    for rate in (250, 500, 1000, 2000):
        signal = condition(impulse, rate)
        expected = round(2500 * signal.rate_hz / rate)
        assert int(np.abs(signal.clean[:, 0]).argmax()) == expected
        assert int(np.abs(signal.raw[:, 0]).argmax()) == expected


def test_resampling_keeps_a_tone() -> None:
    seconds = np.arange(10_000) / 1000
    signal = condition(1000 * np.sin(2 * np.pi * 10 * seconds)[:, None], 1000)
    expected = 1000 * np.sin(2 * np.pi * 10 * np.arange(5000) / 500)
    np.testing.assert_allclose(signal.clean[500:-500, 0], expected[500:-500], atol=3)


def test_rests_are_runs_of_quiet_samples() -> None:
    quiet = np.array([1, 1, 1, 0, 0, 1, 0, 1, 1], dtype=bool)
    assert last_rest(quiet, 5, 2) == 3
    assert last_rest(quiet, 5, 4) is None
    assert first_rest(quiet, 3, 2) == 7
    assert first_rest(quiet, 3, 3) is None


def test_the_rests_of_all_leads_are_those_counted_sample_by_sample() -> None:
    quiet = np.random.default_rng(4).random((60, 12)) < 0.7
    middle = list(range(20, 32))
    for hold in (1, 4, 70):
        runs = [[at for at in range(61 - hold) if one[at : at + hold].all()] for one in quiet.T]
        pairs = list(zip(runs, middle, strict=True))
        last = [
            max((at + hold for at in run if at + hold <= end), default=None) for run, end in pairs
        ]
        first = [min((at for at in run if at >= start), default=None) for run, start in pairs]
        assert last_rests(quiet, middle, hold) == last
        assert first_rests(quiet, middle, hold) == first


def test_a_quantile_is_that_of_numpy() -> None:
    values = np.random.default_rng(5).normal(0, 1, (37, 3))
    for share in (0.0, 0.15, 0.2, 0.97, 1.0):
        np.testing.assert_allclose(quantile(values, share), np.quantile(values, share, axis=0))
        assert quantile(values[:, 0], share) == pytest.approx(np.quantile(values[:, 0], share))


def test_part_of_a_stack_keeps_its_moments() -> None:
    beats = Stack(np.arange(600.0).reshape(1, 600, 1), 225, 500)
    part = beats.part(-400, 280)
    assert part.beats[0, part.at(-100), 0] == beats.beats[0, beats.at(-100), 0]
    assert part.beats.shape == (1, 340, 1)


def test_levelled_takes_away_a_straight_line() -> None:
    line = np.linspace([3.0, -2.0], [9.0, 5.0], 40)
    np.testing.assert_allclose(levelled(line), 0, atol=1e-12)


def test_the_algorithm_names_itself() -> None:
    found, _ = measured()
    assert (found.algorithm, found.version) == (ALGORITHM, VERSION)
