"""A few real ECGs that every change must still measure well; `make accuracy` takes them all."""

from __future__ import annotations

import pytest

from apps.ecg.signal import Measured
from tests.accuracy import records
from tests.accuracy.__main__ import measured
from tests.accuracy.delineation import LIMITS_MS, Delineation, compare
from tests.accuracy.labels import STATEMENTS
from tests.accuracy.records import Labelled
from tests.corpus import FOLDER, REQUIRED

MARKED = ("2", "4", "16", "18", "30", "36", "42", "58", "68", "102", "118", "138", "150", "164")
LABELLED = {
    "sinus_rhythm": ("2", "35"),
    "atrial_fibrillation_possible": ("307", "330", "482"),
    "paced_rhythm": ("190", "498"),
    "rbbb": ("172", "310", "424"),
    "lbbb": ("338", "489"),
    "first_degree_av_block": ("102", "209"),
    "ventricular_ectopy": ("297", "452"),
}

pytestmark = pytest.mark.skipif(
    not (FOLDER / "ludb").is_dir() and not REQUIRED, reason=f"NO CORPUS at {FOLDER}"
)


@pytest.fixture(scope="module")
def marked() -> Delineation:
    return compare([(record, measured(record)) for record in records.ludb(MARKED)])


@pytest.fixture(scope="module")
def labelled() -> dict[str, tuple[Labelled, Measured]]:
    names = {name for several in LABELLED.values() for name in several}
    return {record.name: (record, measured(record)) for record in records.ptbxl(names)}


@pytest.mark.parametrize("interval", ["p_ms", "pr_ms", "qrs_ms", "qt_ms"])
def test_intervals_are_within_the_limits_of_the_standard(
    marked: Delineation, interval: str
) -> None:
    mean, spread = LIMITS_MS[interval]
    errors = marked.intervals[interval]
    assert errors.count == len(MARKED)
    assert abs(errors.mean) <= mean
    assert errors.spread <= spread


@pytest.mark.parametrize("wave", ["p", "qrs", "t"])
def test_every_marked_wave_is_found_and_no_other(marked: Delineation, wave: str) -> None:
    hits = marked.hits[wave]
    assert hits.true > 100
    assert (hits.missed, hits.false) == ([], [])


@pytest.mark.parametrize("code", LABELLED)
def test_what_readers_called_by_name_is_stated(
    labelled: dict[str, tuple[Labelled, Measured]], code: str
) -> None:
    for name in LABELLED[code]:
        _, found = labelled[name]
        (statement,) = (one for one in found.statements if one.code == code)
        assert statement.present, name


def test_what_readers_did_not_call_so_is_not_stated(
    labelled: dict[str, tuple[Labelled, Measured]],
) -> None:
    for name in ("2", "35"):
        record, found = labelled[name]
        said = {one.code for one in found.statements if one.present}
        for _, codes, judge, _ in STATEMENTS[1:10]:
            assert judge(record.source, record.labels) or not said & set(codes)
