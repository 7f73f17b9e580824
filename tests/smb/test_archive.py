"""What becomes of the clinic's file: untouched, copied or moved, and never lost on the way."""

from __future__ import annotations

import os
import subprocess

import pytest

from apps.audit.models import Alarm
from apps.ingestion.models import Ingress
from apps.ingestion.smb import take
from tests.admin.people import events
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed

LONG_AGO = 1_600_000_000


def leave(folder, name="ward/a.dcm", signal=1):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(ecg_file(signal))
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def said(path):
    return path.read_bytes(), path.stat().st_mtime, path.stat().st_mode


def alarms(source):
    with inside(source.organization):
        return list(Alarm.objects.filter(resolved_at=None).values_list("code", "figure"))


@pytest.fixture
def small_archive(folder):
    """The folder “archive” is another file system, of 128 KiB."""
    if os.geteuid():
        pytest.skip("only root mounts a file system")
    place = folder / "archive"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("mode", ["leave", "copy"])
def test_the_clinics_copy_stays_as_it_is(folder, look, mode):
    path = leave(folder)
    before = said(path)
    assert look(6, archive=mode).taken == 1
    assert said(path) == before
    assert (folder / "archive").exists() == (mode == "copy")


def test_a_copy_is_made_once_and_is_the_same_bytes(folder, look):
    path = leave(folder)
    look(6, archive="copy")
    path.write_bytes(ecg_file(2))
    look(6)
    kept = sorted((folder / "archive" / "ward").iterdir())
    assert [file.read_bytes() for file in kept] == [ecg_file(1), ecg_file(2)]


def test_an_accepted_file_is_moved_with_its_time_and_not_looked_at_again(source, folder, look):
    path = leave(folder)
    before = said(path)
    assert look(6, archive="move").found == 0
    assert not path.exists()
    assert said(folder / "archive" / "ward" / "a.dcm") == before
    (event,) = events(source.organization, "ingestion.file.archived")
    with inside(source.organization):
        assert event.object_id == str(Ingress.objects.get().public_id)


def test_nothing_in_the_archive_is_overwritten(folder, look):
    for signal in (1, 2, 1):
        leave(folder, signal=signal)
        look(archive="move")
    kept = sorted((folder / "archive" / "ward").iterdir())
    assert {file.read_bytes() for file in kept} == {ecg_file(1), ecg_file(2)}
    assert len(kept) == 2


@pytest.mark.parametrize("mode", ["move", "copy"])
def test_a_file_that_was_accepted_before_the_process_died_is_archived_then(
    source, folder, look, monkeypatch, mode
):
    """Row 9."""
    path = leave(folder)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(take, "pair", die)
        with pytest.raises(KeyboardInterrupt):
            look(archive=mode)
    assert path.exists()
    report = look()
    assert (report.taken, report.again) == (0, 1)
    assert (folder / "archive" / "ward" / "a.dcm").read_bytes() == ecg_file(1)
    with inside(source.organization):
        assert Ingress.objects.count() == 1


def test_a_file_is_moved_to_another_file_system_by_a_copy_that_was_read_back(
    folder, look, small_archive
):
    path = leave(folder)
    look(archive="move")
    assert not path.exists()
    assert (small_archive / "ward" / "a.dcm").read_bytes() == ecg_file(1)


def test_a_full_disk_keeps_the_files_and_raises_one_alarm_until_there_is_room(
    source, folder, look, small_archive
):
    (small_archive / "filler").write_bytes(bytes(100_000))
    paths = [leave(folder, f"{n}.dcm", n) for n in (1, 2)]
    assert look(5, archive="move").taken == 2
    assert all(path.exists() for path in paths)
    assert alarms(source) == [("share.not_archived", 2)]
    (small_archive / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=1m", small_archive], check=True)
    assert look(2).held_back == 0
    assert not any(path.exists() for path in paths)
    assert alarms(source) == []
