"""The bulk-import door."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from apps.core.leases import BULK
from apps.ingestion.management.commands import ingest
from apps.ingestion.models import Ingress
from apps.tenants.models import Site
from tests.database import committed
from tests.factories import inside
from tests.formats.ecgs import waveform
from tests.formats.writers.wfdb import wfdb_files
from tests.ingestion.files import bring_in, ecg_file, process_waiting

pytestmark = committed


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.dcm").write_bytes(ecg_file(1))
    (tmp_path / "deep" / "b.dcm").write_bytes(ecg_file(2))
    (tmp_path / ".hidden").write_bytes(b"left out")
    return tmp_path


def run(*paths, organization="mercy", **options):
    """The command's lines and its exit code."""
    out = io.StringIO()
    code = 0
    try:
        call_command(
            "ingest",
            *map(str, paths),
            organization=organization,
            json=True,
            stdout=out,
            stderr=io.StringIO(),
            **options,
        )
    except SystemExit as stopped:
        code = stopped.code
    return [json.loads(line) for line in out.getvalue().splitlines()], code


def rows_of(organization):
    with inside(organization):
        return list(Ingress.objects.order_by("id"))


def test_a_folder_is_imported_file_by_file_in_the_bulk_lane(mercy, folder):
    lines, code = run(folder)
    assert code == 0
    assert [line["file"] for line in lines] == [
        str(folder / "a.dcm"),
        str(folder / "deep" / "b.dcm"),
    ]
    rows = rows_of(mercy)
    assert [line["ingress"] for line in lines] == [str(row.public_id) for row in rows]
    assert {(row.source, row.lane) for row in rows} == {("import", BULK)}


def test_a_second_run_goes_on_where_the_first_stopped(mercy, folder):
    first, _ = run(folder / "a.dcm")
    lines, _ = run(folder)
    assert lines[0]["ingress"] == first[0]["ingress"]
    assert len(rows_of(mercy)) == 2


def test_a_changed_file_at_the_same_place_is_a_new_delivery(mercy, folder):
    run(folder / "a.dcm")
    (folder / "a.dcm").write_bytes(ecg_file(9))
    run(folder / "a.dcm")
    assert len(rows_of(mercy)) == 2


def test_waiting_tells_what_each_file_became(mercy, folder, monkeypatch):
    (folder / "rota.txt").write_text("not an ECG")
    monkeypatch.setattr(ingest.time, "sleep", lambda _seconds: process_waiting())
    lines, code = run(folder, wait=True)
    assert code == 1
    assert [line["outcome"] for line in lines] == ["new", "new", "quarantined"]
    assert [bool(line["recording"]) for line in lines] == [True, True, False]
    assert lines[2]["code"]
    assert lines[2]["message"]


def test_files_that_cannot_be_taken_are_named_and_the_others_are_taken(mercy, folder, settings):
    (folder / "empty.dcm").touch()
    settings.MAX_UPLOAD_BYTES = len(ecg_file(1))
    (folder / "large.dcm").write_bytes(ecg_file(1) + b"!")
    lines, code = run(folder)
    assert code == 1
    assert [line["code"] for line in lines] == ["", "", "empty-file", "too-large"]
    assert len(rows_of(mercy)) == 2


def test_site_and_priority_are_the_files(mercy, folder):
    with inside(mercy):
        site = Site.objects.create(organization=mercy, name="Ward 7")
    run(folder / "a.dcm", site="Ward 7", priority="stat")
    [row] = rows_of(mercy)
    assert (row.site_id, row.priority) == (site.pk, "stat")


@pytest.mark.parametrize(
    ("organization", "options"), [("nowhere", {}), ("mercy", {"site": "Nowhere"})]
)
def test_a_place_that_does_not_exist_is_refused(mercy, folder, organization, options):
    with pytest.raises(CommandError, match=r"(?i)there is no .*nowhere"):
        run(folder, organization=organization, **options)
    assert rows_of(mercy) == []


def test_the_same_ecg_uploaded_twice_and_imported_once_is_one_recording(mercy, folder):
    bring_in(mercy, ecg_file(1), source="web")
    bring_in(mercy, ecg_file(1), source="web")
    run(folder / "a.dcm")
    process_waiting()
    rows = rows_of(mercy)
    assert [row.outcome for row in rows] == ["new", "same_bytes", "same_bytes"]
    assert len({row.recording_id for row in rows}) == 1


def test_a_wfdb_record_in_a_folder_is_one_arrival(mercy, tmp_path):
    for name, content in wfdb_files(waveform()).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "alone.dat").write_bytes(b"a signal file no header names")
    lines, _ = run(tmp_path)
    assert [line["file"] for line in lines] == [
        str(tmp_path / "alone.dat"),
        str(tmp_path / "record.hea"),
    ]
    process_waiting()
    assert [row.outcome for row in rows_of(mercy)] == ["quarantined", "new"]
    again, _ = run(tmp_path / "record.hea", tmp_path / "record.dat")
    assert [line["ingress"] for line in again] == [lines[1]["ingress"]]
