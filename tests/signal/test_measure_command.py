"""manage.py measure: one line per file in order, from the signal alone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pydicom
import pytest
from django.core.management import CommandError, call_command
from pydicom.data import get_testdata_file


@pytest.fixture(scope="module")
def ecg() -> Path:
    path = get_testdata_file("waveform_ecg.dcm")
    assert isinstance(path, str)
    return Path(path)


def run(*files: Path, refused: bool = False) -> list[dict[str, Any]]:
    out = io.StringIO()
    if refused:
        with pytest.raises(SystemExit) as ended:
            call_command("measure", *map(str, files), "--json", stdout=out)
        assert ended.value.code == 1
    else:
        call_command("measure", *map(str, files), "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_file_is_measured_on_one_line(ecg: Path) -> None:
    (line,) = run(ecg)
    assert line["file"] == str(ecg)
    assert line["heart_rate_bpm"] == pytest.approx(61.1, abs=1)
    assert set(line["qtc"]) == {"bazett", "fridericia", "framingham", "hodges", "rr_ms"}
    assert len(line["beats"]) == len(line["r_peaks"]) == 10
    assert {"quality", "rhythm", "statements", "axes"} <= set(line)


def test_a_refused_file_has_its_line_in_order_and_fails_the_command(
    ecg: Path, tmp_path: Path
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not an ECG")
    lines = run(other, ecg, tmp_path / "absent.dcm", refused=True)
    assert [line["file"] for line in lines] == [
        str(other),
        str(ecg),
        str(tmp_path / "absent.dcm"),
    ]
    assert lines[0]["error"]["code"]
    assert set(lines[0]) == {"file", "error"}
    assert lines[1]["qrs_ms"]
    assert lines[2]["error"]["code"] == "no-such-file"


def test_what_the_file_says_of_the_ecg_changes_no_number(ecg: Path, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(ecg)
    for item in dataset.WaveformAnnotationSequence:
        if "NumericValue" in item:
            item.NumericValue = [999]
        if "UnformattedTextValue" in item:
            item.UnformattedTextValue = "ATRIAL FIBRILLATION"
    dataset.PatientName = "Somebody^Else"
    dataset.save_as(tmp_path / "other.dcm")
    plain, altered = run(ecg, tmp_path / "other.dcm")
    assert plain | {"file": ""} == altered | {"file": ""}


def test_the_line_for_people_names_the_numbers(ecg: Path) -> None:
    out = io.StringIO()
    call_command("measure", str(ecg), stdout=out)
    assert out.getvalue().startswith(f"{ecg}: HR 61, PR 15")


def test_sex_and_age_choose_limits_and_change_no_number(ecg: Path) -> None:
    out = io.StringIO()
    call_command("measure", str(ecg), "--json", "--sex", "F", "--age", "12", stdout=out)
    (child,), (plain,) = [json.loads(out.getvalue())], run(ecg)
    stated = {one["code"]: one["present"] for one in child.pop("statements")}
    assert (stated["not_adult"], stated["rbbb"]) == (True, None)
    del plain["statements"]
    assert child == plain


@pytest.mark.parametrize("age", ["abc", "-1", "131"])
def test_what_is_no_age_is_refused(ecg: Path, age: str) -> None:
    with pytest.raises(CommandError, match="completed years"):
        call_command("measure", str(ecg), f"--age={age}")
