"""The folder keeps every blob whole, private and as it was first written."""

from __future__ import annotations

import os
import stat
import time

import pytest

from apps.core.blobs.folder import FolderEngine


@pytest.fixture
def engine(tmp_path):
    return FolderEngine(tmp_path / "blobs")


def put(engine, key, *chunks):
    return engine.promote(engine.write("org/1", chunks), key)


def read(engine, key):
    return b"".join(engine.read(key))


def files(engine):
    return sorted(path for path in engine.root.rglob("*") if path.is_file())


def test_what_is_written_can_be_read(engine):
    assert put(engine, "org/1/raw/a", b"one", b"two")
    assert read(engine, "org/1/raw/a") == b"onetwo"
    assert engine.exists("org/1/raw/a")


def test_a_mount_that_is_away_is_not_a_missing_key(engine):
    put(engine, "org/1/raw/a", b"one")
    engine.root.rename(engine.root.with_name("away"))
    engine.root.mkdir()
    with pytest.raises(OSError, match="empty") as away:
        read(engine, "org/1/raw/a")
    assert not isinstance(away.value, FileNotFoundError)


def test_nothing_has_a_key_before_it_is_promoted(engine):
    engine.write("org/1", [b"half"])
    assert not engine.exists("org/1/raw/a")
    assert list(engine.keys("org/1")) == []


def test_a_key_is_never_overwritten(engine):
    assert put(engine, "org/1/raw/a", b"first")
    assert not put(engine, "org/1/raw/a", b"second")
    assert read(engine, "org/1/raw/a") == b"first"
    assert len(files(engine)) == 1


def test_files_and_folders_are_the_owners_alone(engine):
    before = os.umask(0)
    try:
        put(engine, "org/1/raw/a", b"x")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(engine)} == {0o600}
    inner = [path for path in engine.root.rglob("*") if path.is_dir() and path.name == "raw"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in inner} == {0o700}


def test_a_stream_that_fails_leaves_nothing(engine):
    def failing():
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        engine.write("org/1", failing())
    assert files(engine) == []


def test_a_full_disk_leaves_nothing(engine, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        engine.write("org/1", [b"x"])
    assert files(engine) == []


def test_bytes_are_on_disk_before_they_have_a_name(engine, monkeypatch):
    done = []
    real_fsync, real_link = os.fsync, os.link
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append("flush"), real_fsync(fd)))
    monkeypatch.setattr(os, "link", lambda a, b: (done.append("name"), real_link(a, b)))
    put(engine, "org/1/raw/a", b"x")
    assert done == ["flush", "name", "flush"]


def test_what_a_crash_left_is_swept_when_it_is_old(engine):
    old, young = engine.write("org/1", [b"old"]), engine.write("org/2", [b"young"])
    put(engine, "org/1/raw/a", b"kept")
    hour_ago = time.time() - 3600
    os.utime(engine.root / old, (hour_ago, hour_ago))
    os.utime(engine.root / "org/1/raw/a", (hour_ago, hour_ago))
    assert engine.sweep_temporary(older_than_s=1800) == 1
    assert not (engine.root / old).exists()
    assert (engine.root / young).exists()
    assert engine.exists("org/1/raw/a")


def test_a_crash_between_name_and_cleaning_up_harms_nothing(engine, monkeypatch):
    """The link is made, the temporary name still there."""
    temporary = engine.write("org/1", [b"x"])
    key = engine.root / "org/1/raw/a"
    key.parent.mkdir()
    os.link(engine.root / temporary, key)
    assert not engine.promote(temporary, "org/1/raw/a")
    assert read(engine, "org/1/raw/a") == b"x"
    assert len(files(engine)) == 1


def test_keys_lists_one_organization(engine):
    put(engine, "org/1/raw/a", b"x")
    put(engine, "org/1/pdf/b", b"x")
    put(engine, "org/11/raw/c", b"x")
    assert list(engine.keys("org/1")) == ["org/1/pdf/b", "org/1/raw/a"]


def test_a_missing_key_is_said_to_be_missing(engine):
    put(engine, "org/1/raw/a", b"one")
    with pytest.raises(FileNotFoundError):
        read(engine, "org/1/raw/none")
