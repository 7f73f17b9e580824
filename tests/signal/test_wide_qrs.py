"""A wide QRS is followed to its end, over the pauses in it; a narrow one is not lengthened."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.signal.averaging import Averaged
from apps.ecg.signal.qrs_wave import _joined, find_qrs, lead_qrs
from tests.signal.records import measured

RATE_HZ = 500.0


def median(*humps: tuple[float, float, float], leads: int = 4) -> Averaged:
    """A beat of humps (start in ms from R, length, height) in leads that are all alike."""
    time = np.arange(-225, 375) / RATE_HZ * 1000
    line = np.zeros(len(time))
    for start, length, height in humps:
        share = np.clip((time - start) / length, 0, 1)
        line += height * (0.5 - 0.5 * np.cos(2 * np.pi * share))
    beat = np.repeat(line[:, None], leads, axis=1)
    return Averaged(beat[None], 225, RATE_HZ, beat)


def width_ms(beat: Averaged) -> float:
    found = find_qrs(beat, beat)
    assert found is not None
    return (found[0].off - found[0].on) / RATE_HZ * 1000


@pytest.mark.parametrize("conduction", ["lbbb", "rbbb"])
@pytest.mark.parametrize("qrs_ms", [150.0, 180.0, 200.0])
@pytest.mark.parametrize("rate", [250, 500])
def test_a_block_however_wide_is_measured_whole(conduction: str, qrs_ms: float, rate: int) -> None:
    found, truth = measured(conduction=conduction, qrs_ms=qrs_ms, sampling_rate_hz=rate, seed=3)
    assert found.qrs_ms == pytest.approx(truth.qrs_ms, abs=14)
    (wide,) = (one for one in found.statements if one.code == conduction)
    assert wide.present


def test_what_follows_a_pause_as_steeply_belongs_to_the_qrs() -> None:
    whole = median((-40, 60, 900), (50, 60, 600))
    assert width_ms(whole) == pytest.approx(150, abs=16)


@pytest.mark.parametrize(
    "later", [(150.0, 60.0, 600.0), (50.0, 200.0, 300.0)], ids=["too late", "too slow"]
)
def test_what_follows_late_or_slowly_does_not(later: tuple[float, float, float]) -> None:
    assert width_ms(median((-40, 60, 900), later)) < 90


def test_a_p_wave_close_before_the_qrs_is_not_joined_to_it() -> None:
    assert width_ms(median((-155, 80, 120), (-40, 80, 900))) < 100


def test_a_flat_lead_beside_others_has_no_qrs_and_does_no_harm() -> None:
    beat = median((-40, 80, 900))
    beat.median[:, 3] = 0.0
    found = find_qrs(beat, beat)
    assert found is not None
    assert lead_qrs(beat, found[0])[3] is None


def test_fast_parts_are_joined_up_to_the_gap() -> None:
    fast = np.zeros(100, dtype=bool)
    fast[[10, 11, 40, 41, 55, 56, 90]] = True
    assert (_joined(fast, 41, 20).on, _joined(fast, 41, 20).off) == (40, 56)
    assert (_joined(fast, 41, 35).on, _joined(fast, 41, 35).off) == (10, 90)
    assert _joined(np.zeros(100, dtype=bool), 50, 20).on == 50


@pytest.mark.parametrize(("p_ms", "pr_ms"), [(70.0, 80.0), (80.0, 90.0), (106.0, 110.0)])
@pytest.mark.parametrize("rate", [60.0, 110.0])
def test_a_p_wave_that_runs_into_the_qrs_is_no_part_of_it(
    p_ms: float, pr_ms: float, rate: float
) -> None:
    found, truth = measured(p_ms=p_ms, pr_ms=pr_ms, heart_rate_bpm=rate)
    assert found.qrs_ms == pytest.approx(truth.qrs_ms, abs=20)
    assert found.qt_ms == pytest.approx(truth.qt_ms, abs=20)
    assert found.pr_ms is None or found.pr_ms == pytest.approx(pr_ms, abs=20)
