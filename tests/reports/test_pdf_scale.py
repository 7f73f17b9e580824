"""Measured on the rendered page, as a ruler would."""

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from apps.reports.pdf import render
from apps.reports.pdf.content import ReportContent
from tests.ecg.waveforms import flat, with_pulse
from tests.reports.report_examples import DRAFT

DPI = 600
MM = 25.4 / DPI


def ink_of(content: ReportContent) -> np.ndarray:
    """True where the first page is nearly black."""
    with pypdfium2.PdfDocument(render(content)) as pdf:
        return pdf[0].render(scale=DPI / 72, grayscale=True).to_numpy() < 90


def part(ink: np.ndarray, x_mm: float, y_mm: float, width_mm: float, height_mm: float):
    left, top = round(x_mm / MM), round(y_mm / MM)
    return ink[top : top + round(height_mm / MM), left : left + round(width_mm / MM)]


def centre(along: np.ndarray) -> float:
    return float(np.flatnonzero(along).mean()) * MM


@pytest.fixture(scope="module")
def a4() -> np.ndarray:
    return ink_of(DRAFT)


# The paper's corner on A4, where the rulers below are laid.
X, Y = 18.5, 72.5


@pytest.mark.parametrize("row", [20, 50, 80, 110])
def test_the_calibration_pulse_is_ten_millimetres_by_five(a4, row):
    top = part(a4, X + 3, Y + row - 15, 2, 10).any(axis=1)
    foot = part(a4, X + 0.7, Y + row - 5, 0.6, 10).any(axis=1)
    assert (centre(foot) + row - 5) - (centre(top) + row - 15) == pytest.approx(10, abs=0.1)
    left = part(a4, X, Y + row - 7, 4, 4).any(axis=0)
    right = part(a4, X + 4, Y + row - 7, 4, 4).any(axis=0)
    assert 4 + centre(right) - centre(left) == pytest.approx(5, abs=0.1)


def test_one_second_of_trace_is_twenty_five_millimetres():
    paired = with_pulse(with_pulse(flat(), "II", 500, 502), "II", 1000, 1002)
    ink = ink_of(replace(DRAFT, rhythm=paired))
    first = part(ink, X + 25, Y + 102, 15, 4).any(axis=0)
    second = part(ink, X + 50, Y + 102, 15, 4).any(axis=0)
    assert 25 + centre(second) - centre(first) == pytest.approx(25, abs=0.1)


def test_one_millivolt_of_trace_is_ten_millimetres():
    ink = ink_of(replace(DRAFT, rhythm=with_pulse(flat(), "II", 1000, 2500)))
    low = part(ink, X + 40, Y + 105, 10, 10).any(axis=1)
    high = part(ink, X + 70, Y + 95, 10, 10).any(axis=1)
    assert (centre(low) + 105) - (centre(high) + 95) == pytest.approx(10, abs=0.1)


def test_the_scale_bar_is_one_second_by_one_millivolt(a4):
    along = part(a4, X + 233, Y + 119.7, 27, 0.6).any(axis=0)
    upright = part(a4, X + 258.7, Y + 107, 0.6, 14).any(axis=1)
    assert np.ptp(np.flatnonzero(along)) * MM == pytest.approx(25, abs=0.3)
    assert np.ptp(np.flatnonzero(upright)) * MM == pytest.approx(10, abs=0.3)


@pytest.mark.parametrize(("gain", "height"), [(5, 5), (20, 20)])
def test_the_pulse_follows_the_gain(gain, height):
    ink = ink_of(replace(DRAFT, gain_mm_mv=gain))
    top = part(ink, X + 3, Y + 110 - height - 3, 2, 6).any(axis=1)
    assert centre(top) == pytest.approx(3, abs=0.1)


def test_an_artefact_never_covers_the_identity():
    wild = flat()
    wild.counts[::50, 0] = 30_000_000
    plain, marred = ink_of(DRAFT), ink_of(replace(DRAFT, rhythm=wild))
    assert (plain[: round(Y / MM) - 2] == marred[: round(Y / MM) - 2]).all()


def test_a_deep_wave_at_the_edge_is_printed_whole():
    ink = ink_of(replace(DRAFT, rhythm=with_pulse(flat(), "II", 1000, 1500, -2000)))
    # The paper begins 10 mm higher, so that its lowest wave ends above its edge.
    foot = part(ink, X + 65, Y + 118, 3, 4).any(axis=1)
    assert centre(foot) + 118 == pytest.approx(120, abs=0.1)
