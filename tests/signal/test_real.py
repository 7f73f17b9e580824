"""Real recordings: a device's own numbers, a cardiologist's marks, and no surprise on any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from apps.ecg.formats.canonical import STANDARD_LEADS
from apps.ecg.signal import measure
from apps.ecg.signal.document import document
from tests.corpus import FOLDER, corpus_params
from tests.signal.records import read_qrs_marks, read_record

EVERY = 6
WINDOW_MS = 75


def records(folder: str) -> list[object]:
    """Every sixth record of a folder, or one loudly skipped parameter."""
    headers = sorted((FOLDER / folder).rglob("*.hea"))[::EVERY]
    return [pytest.param(h.with_suffix(""), id=h.stem) for h in headers] or corpus_params(folder)


def test_a_mortara_recording_agrees_with_its_device() -> None:
    path = get_testdata_file("waveform_ecg.dcm")
    assert isinstance(path, str)
    samples = pydicom.dcmread(path).waveform_array(0).astype(np.float64)
    found = measure(samples, STANDARD_LEADS, 1000)
    assert found.heart_rate_bpm == pytest.approx(60000 / 982, abs=2)
    assert found.pr_ms == pytest.approx(161, abs=20)
    assert found.qrs_ms == pytest.approx(75, abs=20)
    assert found.qt_ms == pytest.approx(368, abs=25)
    assert (found.axes.p, found.axes.qrs, found.axes.t) == pytest.approx((74, 52, 57), abs=12)
    assert found.rhythm.regular


@pytest.mark.parametrize("stem", records("ludb/data"))
def test_beats_are_where_cardiologists_marked_them(stem: Path) -> None:
    samples, leads, rate = read_record(stem)
    marks = np.array(read_qrs_marks(stem.with_suffix(".ii")))
    found = np.array(measure(samples, leads, rate).r_peaks)
    window = WINDOW_MS / 1000 * rate
    assert np.abs(marks[:, None] - found).min(axis=1).max() <= window
    between = found[(found > marks[0] - window) & (found < marks[-1] + window)]
    assert len(between) == len(marks)


@pytest.mark.parametrize("stem", records("ptbxl/records500"))
def test_every_record_is_measured_or_has_its_reasons(stem: Path) -> None:
    samples, leads, rate = read_record(stem)
    found = measure(samples, leads, rate)
    whole = document(found)
    assert found.heart_rate_bpm is None or 25 <= found.heart_rate_bpm <= 220
    assert (found.qt_ms is None) == ("qt_ms" in found.reasons)
    assert (found.pr_ms is None) == ("pr_ms" in found.reasons)
    assert len(whole["beats"]) == len(whole["r_peaks"])
