"""`manage.py decode`: one line per file in order, an exit status, no database."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import canonical_hash
from tests.formats.ecgs import edited, file, median, waveform
from tests.formats.writers.wfdb import wfdb_files

KEYS = [
    "file",
    "format",
    "vendor",
    "model",
    "software",
    "acquired_at",
    "patient",
    "leads",
    "sampling_rate_hz",
    "samples",
    "kind",
    "measurements",
    "statements",
    "warnings",
    "canonical_hash",
]


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.dcm"
    path.write_bytes(file(median=median()))
    return str(path)


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.dcm"
    path.write_bytes(b"%PDF-1.7")
    return str(path)


def run(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command("decode", *args, stdout=out, stderr=err)
    except SystemExit as stopped:
        status = stopped.code
    return status, out.getvalue(), err.getvalue()


def test_json_has_the_stable_keys_in_order(good):
    status, out, _ = run(good, "--json")
    record = json.loads(out)
    assert status == 0
    assert list(record) == KEYS
    assert record["file"] == good
    assert record["canonical_hash"] == decode(file(median=median())).canonical_hash
    assert record["leads"][0] == {"name": "I", "derived": False}
    assert record["acquired_at"] == "2026-03-01T10:20:30"
    assert (record["sampling_rate_hz"], record["samples"], record["kind"]) == (500, 5000, "rhythm")


def test_one_line_per_file_in_order_and_status_1_if_any_was_refused(good, bad, tmp_path):
    absent, folder = str(tmp_path / "absent.dcm"), str(tmp_path)
    status, out, _ = run(bad, good, absent, folder, good, "--json")
    records = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [r["file"] for r in records] == [bad, good, absent, folder, good]
    codes = [r.get("error", {}).get("code") for r in records]
    assert codes == ["pdf-incomplete", None, "no-such-file", "is-a-directory", None]
    assert set(records[0]) == {"file", "error"}
    assert set(records[0]["error"]) == {"code", "message"}


@pytest.mark.parametrize("command", ["decode", "measure"])
def test_a_refusal_names_the_field_at_fault(command, tmp_path):
    path = tmp_path / "rate.dcm"
    path.write_bytes(replaced_rate())
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command(command, str(path), "--json", stdout=out)
    assert json.loads(out.getvalue())["error"]["message"].endswith("Field: SamplingFrequency.")


def replaced_rate() -> bytes:
    return edited(file(), lambda d: setattr(d.WaveformSequence[0], "SamplingFrequency", "0"))


def test_text_is_a_summary_to_read(good, bad):
    status, out, _ = run(good, bad)
    assert status == 1
    assert "12 leads, 500 Hz, 10.0 s" in out
    assert "unconfirmed" in out
    assert "refused (pdf-incomplete)" in out


def test_npz_holds_microvolts_names_and_rate(good, tmp_path):
    target = tmp_path / "out.bin"
    assert run(good, "--npz", str(target))[0] == 0
    with np.load(target, allow_pickle=False) as found:
        assert set(found.files) == {"samples_uv", "leads", "sampling_rate_hz"}
        assert found["samples_uv"].shape == (5000, 12)
        assert found["samples_uv"].dtype == np.float64
        assert found["leads"].tolist()[:4] == ["I", "II", "III", "aVR"]
        assert found["sampling_rate_hz"] == 500
        expected = decode(file(median=median())).rhythm.samples_uv()
        assert np.array_equal(found["samples_uv"], expected)


def test_npz_takes_one_file(good, tmp_path):
    with pytest.raises(CommandError) as error:
        run(good, good, "--npz", str(tmp_path / "x.npz"))
    assert error.value.returncode == 2


def test_npz_of_a_refused_file_writes_nothing(bad, tmp_path):
    target = tmp_path / "x.npz"
    assert run(bad, "--npz", str(target))[0] == 1
    assert not target.exists()


def test_an_npz_that_cannot_be_written_is_a_clear_error(good, tmp_path):
    with pytest.raises(CommandError, match="Cannot write"):
        run(good, "--npz", str(tmp_path / "no" / "x.npz"))


def test_many_files_report_progress_on_stderr(good):
    status, out, err = run(*[good] * 21, "--json")
    assert status == 0
    assert len(out.splitlines()) == 21
    assert "21/21" in err


def test_a_wfdb_header_is_decoded_with_the_signal_file_beside_it(tmp_path):
    for name, content in wfdb_files(waveform()).items():
        (tmp_path / name).write_bytes(content)
    status, out, _ = run(str(tmp_path / "record.hea"), "--json")
    assert status == 0
    assert json.loads(out)["canonical_hash"] == canonical_hash(waveform())
    (tmp_path / "record.dat").unlink()
    status, out, _ = run(str(tmp_path / "record.hea"), "--json")
    assert json.loads(out)["error"]["code"] == "wfdb-no-signal"
