"""What our writers write comes back to the nanovolt, however it is written."""

from __future__ import annotations

import numpy as np
import pytest

from apps.ecg.formats import FORMATS
from tests import round_trips
from tests.round_trips import cases, error_nv

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{case.format} {case.name}" for case in CASES])
def test_it_comes_back_to_the_nanovolt(case):
    assert error_nv(case) == 0


def test_one_count_of_one_lead_would_be_noticed(monkeypatch):
    case = CASES[0]
    case.source.counts[1000, 7] += 1
    data = case.write()
    case.source.counts[1000, 7] -= 1
    assert error_nv(case._replace(write=lambda: data)) == 2440


def test_a_gap_that_is_lost_would_be_noticed():
    gaps = next(case for case in CASES if case.name == "padding")
    assert np.any(gaps.source.missing)
    with pytest.raises(AssertionError):
        error_nv(gaps._replace(source=round_trips.recording("2440", 9760)))


def test_every_case_is_of_a_format_that_is_read():
    assert {case.format for case in CASES} <= {format_.NAME for format_ in FORMATS}
