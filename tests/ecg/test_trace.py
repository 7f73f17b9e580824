"""Samples become points exactly, spikes and gaps included."""

import numpy as np
import pytest

from apps.ecg.paper import lay_out
from apps.ecg.trace import traces, with_room
from tests.ecg.waveforms import flat, with_gap, with_pulse


def points_of(waveform, lead, **options):
    layout = options.pop("layout", "3x4+1")
    seconds = waveform.samples / float(waveform.sampling_rate_hz)
    paper = lay_out(layout, waveform.lead_names(), seconds, **options)
    return next(runs for cell, runs in traces(waveform, paper) if cell.lead == lead)


def test_every_sample_is_a_point_in_its_own_column():
    (points,) = points_of(flat(), "V1")
    assert len(points) == 1250
    assert points[0] == pytest.approx([133, 20])
    assert points[-1, 0] == pytest.approx(133 + 62.5 - 0.05)


def test_one_millivolt_is_ten_millimetres_up():
    (points,) = points_of(with_pulse(flat(), "I", 100, 200), "I")
    assert points[100:200, 1] == pytest.approx(10)
    assert points[[99, 200], 1] == pytest.approx(20)


@pytest.mark.parametrize("rate_hz", [250, 500, 1000, 2000, 4000, 16000])
def test_a_spike_of_one_sample_is_never_lost(rate_hz):
    waveform = with_pulse(flat(rate_hz=rate_hz), "II", 1003, 1004, uv=1500)
    (points,) = points_of(waveform, "II", layout="12x1")
    spike = points[points[:, 1].argmin()]
    assert spike == pytest.approx([8 + 1003 / rate_hz * 25, 25 - 15])


def test_very_dense_samples_are_thinned_in_time_order():
    rng = np.random.default_rng(7)
    waveform = flat(rate_hz=16000)
    waveform.counts[:] = rng.integers(-500, 500, waveform.counts.shape)
    (points,) = points_of(waveform, "V6", layout="12x1")
    assert len(points) <= 4 * 2501
    assert (np.diff(points[:, 0]) > 0).all()


def test_missing_samples_break_the_line():
    runs = points_of(with_gap(flat(), "I", 300, 400), "I")
    assert [len(run) for run in runs] == [300, 850]
    assert runs[1][0, 0] == pytest.approx(8 + 0.8 * 25)


def test_a_lead_of_nothing_but_gaps_draws_nothing():
    assert points_of(with_gap(flat(), "I", 0, 5000), "I") == []


def test_inverted_leads_are_drawn_upside_down():
    waveform = with_pulse(flat(), "aVR", 0, 5000)
    (plain,) = points_of(waveform, "aVR")
    (turned,) = points_of(waveform, "aVR", cabrera=True)
    assert plain[:, 1] == pytest.approx(20 - 10)
    assert turned[:, 1] == pytest.approx(80 + 10)


def test_leads_not_recorded_have_no_trace():
    waveform = flat(leads=("I", "II"))
    paper = lay_out("3x4+1", waveform.lead_names(), 10)
    assert [cell.lead for cell, _ in traces(waveform, paper)] == ["I", "II", "II"]


def paper_with(uv):
    waveform = with_pulse(with_pulse(flat(), "I", 100, 200, uv), "II", 100, 200, -uv)
    paper = lay_out("3x4+1", waveform.lead_names(), 10)
    return paper, with_room(waveform, paper)


def test_a_paper_that_holds_its_traces_stays_as_it_is():
    paper, roomy = paper_with(1100)
    assert roomy is paper


@pytest.mark.parametrize(
    ("uv", "above", "below"), [(2400, 5, 15), (4000, 25, 30), (90_000, 60, 60)]
)
def test_a_paper_grows_by_whole_squares_so_that_no_edge_cuts_a_trace(uv, above, below):
    paper, roomy = paper_with(uv)
    assert roomy.height_mm == paper.height_mm + above + below
    assert roomy.baselines_mm == tuple(y + above for y in paper.baselines_mm)
    assert roomy.cells[0].baseline_mm == 20 + above
    assert roomy.cells[0].label_y_mm == paper.cells[0].label_y_mm + above
