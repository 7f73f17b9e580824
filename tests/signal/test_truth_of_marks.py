"""How far hand marks scatter by themselves, told by leaving out one lead after another."""

from __future__ import annotations

import pytest

from tests.accuracy.records import Marks
from tests.accuracy.scores import chance
from tests.accuracy.truth import intervals, scatter

LEADS = ("I", "II", "III", "aVR", "V1", "V2")


def marks(**onset: float) -> Marks:
    """One QRS from 100 to 200 ms in six leads; the named ones begin elsewhere."""
    complexes = {lead: [(onset.get(lead, 100.0), 150.0, 200.0)] for lead in LEADS}
    return {"p": {}, "qrs": complexes, "t": {}}


def test_marks_that_agree_do_not_scatter() -> None:
    assert scatter(marks())["qrs_ms"] == 0


def test_one_early_mark_scatters_the_extremes_and_not_the_second_ones() -> None:
    early = marks(V1=80.0)
    assert intervals(early)["qrs_ms"] == 120
    # Five leave-outs of 120 ms and one of 100: deviation 7.45, times the root of 5.
    assert scatter(early)["qrs_ms"] == pytest.approx(16.67, abs=0.01)
    assert scatter(early, rank=1)["qrs_ms"] == 0


@pytest.mark.parametrize(
    ("percent", "count", "low", "high"),
    [(50, 10, 23.7, 76.3), (100, 7, 64.6, 100.0), (0, 7, 0.0, 35.4), (90, 1000, 88.0, 91.7)],
)
def test_few_records_leave_much_to_chance(
    percent: float, count: int, low: float, high: float
) -> None:
    """Wilson's interval, worked by hand."""
    assert chance(percent, count) == pytest.approx((low, high), abs=0.1)
