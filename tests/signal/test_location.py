"""Finding, grouping and judging beats, part by part."""

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal.averaging import align, average
from apps.ecg.signal.conditioning import condition, smooth
from apps.ecg.signal.detection import find_beats
from apps.ecg.signal.limits import ADULT
from apps.ecg.signal.location import locate
from apps.ecg.signal.p_wave import find_p
from apps.ecg.signal.pacing import find_spikes, without_spikes
from apps.ecg.signal.qrs_wave import find_qrs
from apps.ecg.signal.quality import grade_leads
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from apps.ecg.signal.t_wave import find_t

ALL = list(range(12))


def samples(**spec: object) -> np.ndarray:
    return synthesize(SynthesisSpec(**spec)).samples_uv()  # type: ignore[arg-type]


def test_an_artefact_in_one_lead_is_no_beat() -> None:
    clean = samples(seed=3)
    spoiled = clean.copy()
    spoiled[1000:1100, STANDARD_LEADS.index("V6")] += 3000
    usual = find_beats(condition(clean, 500).steep, 500).indexes
    found = find_beats(condition(spoiled, 500).steep, 500).indexes
    np.testing.assert_allclose(found, usual, atol=12)


def test_tall_t_waves_are_no_beats() -> None:
    truth = synthesize(SynthesisSpec(seed=3, t_scale=2.5, qrs_scale=0.7))
    found = find_beats(condition(truth.samples_uv(), 500).steep, 500)
    assert len(found.indexes) == pytest.approx(len(truth.truth.r_peaks), abs=1)
    assert found.trusted


def test_a_small_beat_in_a_long_pause_is_searched_for() -> None:
    signal = samples(seed=3)
    peaks = find_beats(condition(signal, 500).steep, 500).indexes
    window = slice(peaks[5] - 60, peaks[5] + 80)
    signal[window] *= 0.3
    again = find_beats(condition(signal, 500).steep, 500).indexes
    assert len(again) == len(peaks)


def test_noise_is_not_trusted_and_an_ecg_is() -> None:
    noise = np.random.default_rng(0).normal(0, 50, (5000, 12))
    assert not find_beats(condition(noise, 500).steep, 500).trusted
    assert find_beats(condition(samples(), 500).steep, 500).trusted


def test_beats_given_late_or_early_are_aligned() -> None:
    signal = condition(samples(respiratory_arrhythmia=0.0, seed=2), 500)
    beats = find_beats(signal.steep, 500).indexes[1:-1]
    shaken = beats + np.resize([5, -6, 3, -2, 7], len(beats))
    aligned = align(signal.clean, shaken, 500)
    offset = aligned.indexes - beats
    assert np.ptp(offset) <= 1
    assert aligned.dominant.all()


def test_of_two_shapes_the_more_frequent_is_dominant() -> None:
    signal = samples(seed=2)
    beats = find_beats(condition(signal, 500).steep, 500).indexes
    for peak in beats[2::3]:
        signal[peak - 50 : peak + 60] = -signal[peak - 50 : peak + 60]
    found = locate(condition(signal, 500), ALL)
    assert found.dominant.sum() > len(found.indexes) / 2
    assert not found.dominant[2]


def test_the_median_is_quieter_than_a_beat() -> None:
    signal = condition(samples(muscle_uv=30.0), 500)
    averaged = average(signal.clean, find_beats(signal.steep, 500).indexes, 500)
    assert averaged is not None
    still = slice(averaged.at(-350), averaged.at(-250))
    assert averaged.median[still].std() < 0.6 * averaged.beats[0][still].std()


def test_no_beat_wholly_inside_gives_no_average() -> None:
    assert average(np.zeros((5000, 2)), np.array([10, 4990]), 500) is None


def test_spikes_are_found_and_cut_out() -> None:
    signal = condition(samples(rhythm="paced"), 500)
    beats = find_beats(signal.steep, 500).indexes
    averaged = average(signal.raw, beats, 500)
    assert averaged is not None
    height = find_spikes(averaged).height_uv
    assert height is not None
    calm = without_spikes(signal.raw, height, 500)
    assert np.abs(np.diff(calm, axis=0)).max() < 0.5 * np.abs(np.diff(signal.raw, axis=0)).max()


@pytest.mark.parametrize("rate", [500, 1000])
def test_rates_of_paced_rhythm_count_the_beats_once(rate: int) -> None:
    synthetic = synthesize(SynthesisSpec(rhythm="paced", sampling_rate_hz=rate))
    found = locate(condition(synthetic.samples_uv(), rate), ALL)
    assert found.paced
    assert len(found.indexes) == pytest.approx(len(synthetic.truth.r_peaks), abs=1)


def test_leads_are_graded_by_what_is_wrong_with_them() -> None:
    signal = samples(seed=4)
    signal[:, 6] = 12.0
    signal[:, 7] += np.random.default_rng(1).normal(0, 300, 5000)
    missing = np.zeros(12)
    missing[8] = 0.5
    grades = grade_leads(condition(signal, 500), missing, ADULT)
    assert [grade.status for grade in grades[5:10]] == ["good", "flat", "noisy", "missing", "good"]
    assert grades[6].noise_uv is None
    assert grades[8].missing_fraction == 0.5


def test_a_lead_that_comes_off_halfway_is_flat() -> None:
    signal = samples(seed=4)
    signal[2500:, 9] = signal[2500, 9]
    grades = grade_leads(condition(signal, 500), np.zeros(12), ADULT)
    assert grades[9].status == "flat"


def test_waves_are_found_in_their_order_on_the_median() -> None:
    signal = condition(samples(seed=6), 500)
    beat = average(signal.clean, find_beats(signal.steep, 500).indexes, 500)
    assert beat is not None
    found = find_qrs(beat, beat)
    assert found is not None
    qrs, core = found
    t = find_t(beat, core, 833)
    assert t is not None
    p = find_p(beat, core, t.off, 833)
    assert p is not None
    assert p.on < p.off <= qrs.on < beat.centre < qrs.off < t.on < t.off


def test_a_flat_t_has_no_end() -> None:
    signal = condition(samples(seed=6, t_scale=0.01, muscle_uv=0.5), 500)
    beat = average(signal.clean, find_beats(signal.steep, 500).indexes, 500)
    assert beat is not None
    found = find_qrs(beat, beat)
    assert found is not None
    assert find_t(beat, found[1], 833) is None


def test_a_qrs_begins_where_a_second_lead_does_though_others_imply_it() -> None:
    signal = condition(samples(seed=6, muscle_uv=0.5), 500)
    beat = average(signal.clean, find_beats(signal.steep, 500).indexes, 500)
    assert beat is not None
    basis, every = [0, 1, *range(6, 12)], list(range(12))
    before = find_qrs(beat.of(basis), beat)
    assert before is not None
    # Two more leads that begin 12 ms earlier than all others.
    for lead in (2, 5):
        beat.median[:, lead] = np.roll(beat.median[:, lead], -6)
    after = find_qrs(beat.of(basis), beat.of(every))
    assert after is not None
    assert after[1] == before[1]
    assert 2 <= before[0].on - after[0].on <= 4


def test_mains_are_cut_only_where_they_are() -> None:
    seconds = np.arange(5000) / 500
    humming = samples(seed=1, muscle_uv=1.0)
    quiet = condition(humming, 500).clean
    hum = condition(humming + 150 * np.sin(2 * np.pi * 50 * seconds)[:, None], 500).clean
    assert np.abs(hum - quiet)[500:-500].max() < 25


def test_smoothing_keeps_straight_lines_and_length() -> None:
    line = np.linspace(0, 10, 200)[:, None] * [1.0, -2.0]
    smoothed = smooth(line, 40, 500)
    assert smoothed.shape == line.shape
    np.testing.assert_allclose(smoothed[20:-20], line[20:-20], atol=1e-9)
