"""The scale of the paper by its own coordinates: what a printer at 100 % puts on it."""

from dataclasses import replace

import numpy as np
import pytest

from apps.reports.pdf import render
from apps.reports.pdf.content import Document
from tests.ecg.waveforms import flat, with_pulse
from tests.reports.report_examples import DRAFT, SIGNED
from tests.reports.vectors import strokes

# One second at 1 mV in lead II, of a recording at 500 Hz.
STEP = with_pulse(flat(), "II", 1500, 2000)


def size(path) -> tuple[float, float]:
    return tuple(np.ptp(np.array(path), axis=0))


def longest(paths):
    return max(paths, key=len)


@pytest.mark.parametrize("page_size", ["A4", "Letter"])
@pytest.mark.parametrize("document", list(Document))
def test_one_millivolt_is_10_mm_and_one_second_25(page_size, document):
    pdf = render(replace(DRAFT, rhythm=STEP, page_size=page_size), document)
    wide, high = size(longest(strokes(pdf)))
    # 4,999 steps of 2 ms.
    assert wide == pytest.approx(4999 / 500 * 25, abs=0.02)
    assert high == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize("gain", [5, 10, 20])
def test_the_pulse_is_1_mv_by_200_ms(gain):
    found = [size(path) for path in strokes(render(replace(DRAFT, gain_mm_mv=gain)))]
    pulses = [
        each for each in found if each == pytest.approx((5 + 2, gain), abs=0.01)
    ]  # a foot of 1 mm on either side
    assert len(pulses) == 4


@pytest.mark.parametrize(("speed", "wide"), [(12.5, 12.5), (25, 25), (50, 50)])
def test_the_scale_bar_is_1_s_by_1_mv(speed, wide):
    found = [size(path) for path in strokes(render(replace(DRAFT, speed_mm_s=speed)))]
    assert any(each == pytest.approx((wide, 10), abs=0.01) for each in found)


def test_grid_lines_are_whole_millimetres_apart():
    lines = [path for path in strokes(render(DRAFT)) if len(path) == 2]
    upright = sorted({round(a[0], 3) for a, b in lines if abs(b[1] - a[1]) > 100})
    assert len(upright) == 261
    assert np.diff(upright) == pytest.approx(np.ones(260), abs=0.002)


def test_a_border_stands_where_it_was_measured():
    """The machine's at −160 and 60 ms from R, the reader's at 72 ms; R 450 ms after the start."""
    lines = [path for path in strokes(render(SIGNED), page=1) if len(path) == 2]
    tall = sorted(a[0] for a, b in lines if size((a, b))[1] == pytest.approx(22, abs=0.01))
    first = tall[0]
    assert len(tall) == 3 * 12
    steps = {round(x - first, 2) for x in tall if x - first < 10}
    assert steps == {0.0, round(0.22 * 25, 2), round(0.232 * 25, 2)}
