"""Imports of many files: nothing read twice, everything accounted for, live arrivals first."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.core import drain
from apps.core.leases import BULK, LIVE
from apps.ingestion.bulk.journal import Journal, Running
from apps.ingestion.bulk.progress import words_of
from apps.ingestion.bulk.report import Counted
from apps.ingestion.management.commands import ingest
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside
from tests.imports.importing import import_killed, prove_accepted, prove_outcomes, write_files
from tests.ingestion.files import ecg_file, process_waiting, send

LOOKS = (10, 20)
OTHER = "00000000-0000-4000-8000-000000000009"


def run(*paths, **options):
    """Lines, words at the end, exit code."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    given = {"organization": "mercy", "json": True, "stdout": out, "stderr": err}
    try:
        call_command("ingest", *map(str, paths), **(given | options))
    except SystemExit as stopped:
        code = stopped.code
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue(), code


@pytest.fixture
def reads(monkeypatch):
    """The files whose bytes were read."""
    found = []

    def read(path):
        found.append(path.name)
        return Path(path).read_bytes()

    monkeypatch.setattr(ingest, "read_file", read)
    return found


@committed
def test_what_was_accepted_is_not_read_again(mercy, tmp_path, reads):
    for number in range(3):
        (tmp_path / f"{number}.dcm").write_bytes(ecg_file(number))
    first, *_ = run(tmp_path)
    (tmp_path / "3.dcm").write_bytes(ecg_file(3))
    os.utime(tmp_path / "1.dcm", ns=(1, 1))
    again, words, _ = run(tmp_path)
    assert reads == ["0.dcm", "1.dcm", "2.dcm", "1.dcm", "3.dcm"]
    assert [line["ingress"] for line in again][:3] == [line["ingress"] for line in first]
    assert "Offered 4 = 4 accepted (4 still in work)" in words


@committed
def test_the_report_puts_every_file_in_one_place(mercy, tmp_path):
    folder, report = tmp_path / "in", tmp_path / "report.tsv"
    kinds = write_files(folder, 10)
    (folder / "empty.dcm").touch()
    run(folder)
    process_waiting()
    _, words, code = run(folder, report=str(report))
    assert "Offered 11 = 5 accepted + 1 linked + 2 duplicate + 3 refused" in words
    assert code == 1
    with open(report) as lines:
        rows = list(csv.DictReader(lines, dialect="excel-tab"))
    assert len({row["file"] for row in rows}) == sum(kinds.values()) + 1
    assert [row["code"] for row in rows if row["file"].endswith("empty.dcm")] == ["empty-file"]
    assert all(bool(row["recording"]) == (row["kind"] != "refused") for row in rows)
    assert report.stat().st_mode & 0o777 == 0o600


@committed
def test_an_arrival_that_is_gone_is_lost_and_offered_again(mercy, tmp_path):
    (tmp_path / "a.dcm").write_bytes(ecg_file(1))
    run(tmp_path)
    with inside(mercy):
        Ingress.objects.update(public_id=OTHER)
    lines, words, code = run(tmp_path)
    assert (code, "1 LOST" in words) == (1, True)
    assert run(tmp_path)[0] != lines


@committed
def test_a_live_arrival_goes_before_a_whole_import(mercy, tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.dcm").write_bytes(b"not an ecg %d" % number)
    run(tmp_path)
    live = send(mercy, b"not an ecg either").ingress
    lease = drain._claim_next()
    assert lease is not None
    assert (lease.id, live.lane) == (live.pk, LIVE)
    following = drain._claim_next()
    with inside(mercy):
        assert following is not None
        assert Ingress.objects.get(pk=following.id).lane == BULK


@committed
def test_twenty_files_and_a_kill_lose_nothing_and_repeat_nothing(mercy, tmp_path, settings):
    settings.BLOB_ROOT = tmp_path / "blobs"
    kinds = write_files(tmp_path / "files", 20)
    found = import_killed(tmp_path / "files", tmp_path, kills=1)
    prove_accepted(mercy, 20, found)
    process_waiting()
    prove_outcomes(mercy, kinds)


def test_a_line_that_was_cut_off_counts_for_nothing(tmp_path):
    path = tmp_path / "one.journal"
    with Journal(path) as journal:
        journal.add("a" * 64, LOOKS, "first")
        journal.add("b" * 64, LOOKS, "second")
    path.write_text(path.read_text()[:-4])
    with Journal(path) as journal:
        assert journal.known("a" * 64, LOOKS) == "first"
        assert journal.known("b" * 64, LOOKS) == ""
        journal.add("c" * 64, LOOKS, "third")
        journal.forget("a" * 64)
    with Journal(path) as journal:
        assert journal.known("c" * 64, LOOKS) == "third"
        assert journal.known("a" * 64, LOOKS) == ""
        assert journal.known("c" * 64, (11, 20)) == ""


@committed
def test_a_journal_names_no_file(mercy, tmp_path, settings):
    settings.IMPORT_JOURNALS = tmp_path / "journals"
    (tmp_path / "quillfeather.dcm").write_bytes(ecg_file(1))
    run(tmp_path / "quillfeather.dcm")
    [journal] = settings.IMPORT_JOURNALS.iterdir()
    assert "quillfeather" not in journal.name + journal.read_text()
    assert journal.stat().st_mode & 0o777 == 0o600


def test_an_import_runs_once_at_a_time(tmp_path):
    with Journal(tmp_path / "one.journal"), pytest.raises(Running):
        Journal(tmp_path / "one.journal")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((0, 100, 0, 5), "0 of 100 files"),
        ((40, 100, 40, 10), "40 of 100 files, 4.0 a second, 15 s left"),
        ((1000, 100_000, 10, 1), "1,000 of 100,000 files, 10.0 a second, 2.8 h left"),
    ],
)
def test_progress_says_how_fast_it_goes_and_how_long_it_takes(given, words):
    assert words_of(*given) == words


def test_what_is_lost_is_shouted():
    assert Counted(offered=2, accepted=1, lost=1).words().endswith("0 refused, 1 LOST")


@committed
def test_a_folder_without_files_and_a_report_that_cannot_be_written_are_said(mercy, tmp_path):
    with pytest.raises(CommandError, match="no file"):
        run(tmp_path)
    (tmp_path / "a.dcm").write_bytes(b"x")
    with pytest.raises(CommandError, match="report cannot be written"):
        run(tmp_path, report=str(tmp_path / "nowhere" / "report.tsv"))
