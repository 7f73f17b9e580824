"""The median beat that is printed: R on R, on its own level, its gaps kept."""

import numpy as np
import pytest

from apps.ecg.median_beat import median_beat
from tests.ecg.waveforms import flat, with_gap, with_pulse

# At 500 Hz the beat is 600 samples, R at the 225th.
PEAKS = [1000, 2000, 3000]


def beaten(*heights_uv):
    waveform = flat()
    for peak, height in zip(PEAKS, heights_uv, strict=True):
        with_pulse(waveform, "II", peak, peak + 1, height)
    return waveform


def of_lead_two(beat):
    return beat.samples_uv()[:, beat.lead_names().index("II")]


def test_r_stands_450_ms_from_the_start_at_the_median_height():
    beat = median_beat(beaten(900, 1200, 5000), PEAKS)
    assert beat is not None
    assert (beat.samples, beat.kind) == (600, "median")
    assert np.flatnonzero(of_lead_two(beat)).tolist() == [225]
    assert of_lead_two(beat)[225] == 1200


def test_each_beat_is_drawn_from_its_level_before_the_qrs():
    wandering = beaten(1000, 1000, 1000)
    wandering.counts[1500:2500] += 3000
    beat = median_beat(wandering, [2000])
    assert of_lead_two(beat)[225] == 1000


@pytest.mark.parametrize("peaks", [[], [100], [4900]])
def test_without_a_whole_beat_there_is_none(peaks):
    assert median_beat(flat(), peaks) is None


def test_a_sample_that_no_beat_has_stays_missing():
    gappy = with_gap(beaten(1000, 1000, 1000), "V1", 2100, 2110)
    one, all_three = median_beat(gappy, [2000]), median_beat(gappy, PEAKS)
    assert int(one.missing.sum()) == 10
    assert all_three.missing is None
