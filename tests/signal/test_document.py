"""A measurement as JSON values."""

import json
import math

import numpy as np
import pytest

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.document import as_text, document
from tests.signal.records import measured

SPECS = ({}, {"rhythm": "paced"}, {"rhythm": "atrial_fibrillation"}, {"muscle_uv": 500.0})
KEYS = {
    "heart_rate_bpm",
    "p_ms",
    "pr_ms",
    "qrs_ms",
    "qt_ms",
    "qtc",
    "axes",
    "r_peaks",
    "beats",
    "quality",
    "rhythm",
    "statements",
}


@pytest.mark.parametrize("spec", SPECS)
def test_every_measurement_is_plain_json_without_nan(spec: dict[str, object]) -> None:
    found, _ = measured(**spec)
    again = json.loads(json.dumps(document(found), allow_nan=False))
    assert again == document(found)
    assert set(again) >= KEYS


def test_what_is_not_known_is_null_in_the_same_place() -> None:
    empty = document(measure(np.zeros((5000, 12)), STANDARD_LEADS, 500))
    assert empty["qtc"] == dict.fromkeys(("bazett", "fridericia", "framingham", "hodges", "rr_ms"))
    assert empty["axes"] == {"p": None, "qrs": None, "t": None}
    assert empty["heart_rate_bpm"] is None
    assert empty["r_peaks"] == []


def test_numbers_have_at_most_one_decimal() -> None:
    found, _ = measured(sampling_rate_hz=977)
    whole = document(found)
    numbers = [whole["heart_rate_bpm"], whole["qt_ms"], *whole["qtc"].values()]
    numbers += [value for beat in whole["beats"] for value in beat.values() if value is not None]
    assert all(math.isclose(number, round(number, 1), abs_tol=1e-9) for number in numbers)
    assert all(isinstance(peak, int) for peak in whole["r_peaks"])


def test_infinite_values_become_null() -> None:
    assert document(Measured(heart_rate_bpm=math.inf, qt_ms=math.nan))["heart_rate_bpm"] is None
    assert document(Measured(qt_ms=math.nan))["qt_ms"] is None


def test_the_line_for_people_has_a_dash_for_what_is_unknown() -> None:
    found, _ = measured(rhythm="paced")
    line = as_text(found)
    assert line.startswith("HR 72, PR –, QRS –")
    assert "Ventricular pacing suspected" in line
