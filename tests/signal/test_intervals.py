"""Corrected QT and electrical axis against values worked by hand."""

import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import measure
from apps.ecg.signal.intervals import axis_of, corrected_qt, frontal_axis
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize

QTC_TABLE = [
    (368, 982, 371.4, 370.2, 370.8, 369.9),
    (399, 938, 412.0, 407.6, 408.5, 405.9),
    (452, 1250, 404.3, 419.6, 413.5, 431.0),
    (300, 500, 424.3, 378.0, 377.0, 405.0),
]


@pytest.mark.parametrize(("qt", "rr", "bazett", "fridericia", "framingham", "hodges"), QTC_TABLE)
def test_qtc_agrees_with_the_published_table(
    qt: float, rr: float, bazett: float, fridericia: float, framingham: float, hodges: float
) -> None:
    qtc = corrected_qt(qt, rr)
    assert round(qtc.bazett, 1) == bazett
    assert round(qtc.fridericia, 1) == fridericia
    assert round(qtc.framingham, 1) == framingham
    assert round(qtc.hodges, 1) == hodges
    assert qtc.rr_ms == rr


@pytest.mark.parametrize(
    ("lead_i", "avf", "degrees"),
    [(1, 0, 0), (0, 1, 90), (-1, 0, 180), (-1, -0.0, 180), (0, -1, -90), (1, 0.866025, 45)],
)
def test_axis_brings_avf_to_the_scale_of_lead_one(
    lead_i: float, avf: float, degrees: float
) -> None:
    assert frontal_axis(lead_i, avf) == pytest.approx(degrees, abs=1e-3)


def test_axis_along_lead_two_is_sixty_degrees() -> None:
    # A vector along II projects on I with its cosine, on aVF with √3/2 of its sine.
    assert frontal_axis(0.5, 0.75) == pytest.approx(60)


def test_any_two_limb_leads_give_the_same_axis() -> None:
    samples = synthesize(SynthesisSpec(seed=3)).samples_uv()[200:400]
    pairs = [("I", "II"), ("II", "III"), ("aVR", "aVF"), ("I", "aVF")]
    axes = [
        axis_of(samples[:, [STANDARD_LEADS.index(name) for name in pair]], pair) for pair in pairs
    ]
    assert axes == pytest.approx([axes[0]] * len(pairs), abs=0.01)


def test_axis_without_two_limb_leads_or_without_area_is_unknown() -> None:
    samples = synthesize(SynthesisSpec(seed=3)).samples_uv()[200:400]
    assert axis_of(samples[:, [0, 6]], ("I", "V1")) is None
    assert axis_of(samples[:, :2] * 1e-3, ("I", "II")) is None


@pytest.mark.parametrize("axis", [-150.0, -90.0, -45.0, 0.0, 57.0, 100.0, 170.0])
def test_measured_axis_is_the_axis_put_in(axis: float) -> None:
    synthetic = synthesize(SynthesisSpec(qrs_axis_deg=axis, seed=8))
    found = measure(synthetic.samples_uv(), STANDARD_LEADS, 500).axes.qrs
    assert found is not None
    assert abs((found - axis + 180) % 360 - 180) < 3
