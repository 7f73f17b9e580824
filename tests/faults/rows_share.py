"""Rows 7 to 10: files of a share that grow, are lost on the way, or come again."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.ingestion.models import Ingress
from tests.factories import inside
from tests.faults.killing import forked, killed, located
from tests.faults.row import row
from tests.faults.rows_door import arrivals, recordings
from tests.faults.share import Archive, Clinic, clinic
from tests.faults.world import World

SAMBA = ("smbd", "smbpasswd")
# Where the process may die between an accepted file and the end of its archiving.
PLACES = (
    ("after", "apps.ingestion.smb.take.accept"),
    ("before", "apps.ingestion.smb.take.pair"),
    ("before", "apps.ingestion.smb.take.archive"),
    ("after", "apps.ingestion.smb.take.archive"),
)
COPYING = (
    ("after", "apps.ingestion.smb.client.Share.write"),
    ("before", "apps.ingestion.smb.client.Share.rename"),
    ("after", "apps.ingestion.smb.client.Share.rename"),
)
MOVING = (("after", "apps.ingestion.smb.handle.Handle.rename"),)


@row(
    7,
    "a file on a share grows, pauses for longer than a file must lie still, and grows",
    needs=SAMBA,
    dear=True,
)
def grows_after_a_pause(world: World) -> None:
    data = world.file()
    with clinic(world) as place:
        cut = world.chance.randrange(1000, len(data) - 1)
        pause_s = settings.SMB_STABLE_SECONDS * 1.2
        writer = forked(lambda: _written_slowly(place.folder / "a.dcm", data, cut, pause_s))
        place.look_until_taken()
        assert writer.ended() == 0
    world.settle()
    with inside(world.mercy):
        assert [one.size for one in Ingress.objects.all()] == [len(data)]
    assert recordings(world) == 1


def _written_slowly(path: Path, data: bytes, cut: int, pause_s: float) -> None:
    with path.open("wb") as file:
        file.write(data[:cut])
    time.sleep(pause_s)
    with path.open("ab") as file:
        file.write(data[cut:])


@row(
    8,
    "a share is lost in the middle of a file, and its server is switched off",
    needs=SAMBA,
    dear=True,
)
def lost_in_the_middle(world: World) -> None:
    data = world.file()
    with clinic(world) as place:
        path = place.folder / "a.dcm"
        path.write_bytes(data)
        before = path.stat()
        place.look_until_stable()
        place.proxy.left = world.chance.randrange(len(data))
        assert place.look().outcome == "share-unreachable"
        assert arrivals(world) == 0
        place.proxy.admit()
        place.server.stop()
        assert place.look().outcome == "share-unreachable"
        place.server.start()
        place.look_until_taken()
        _is_untouched(path, data, before)
    world.settle()
    assert (arrivals(world), recordings(world)) == (1, 1)


def _is_untouched(path: Path, data: bytes, before: os.stat_result) -> None:
    after = path.stat()
    assert path.read_bytes() == data
    assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)


@row(8, "the server of a share dies while a file is read", needs=SAMBA, dear=True)
def server_dies_under_a_reader(world: World) -> None:
    data = world.file()
    with clinic(world) as place:
        path = place.folder / "a.dcm"
        path.write_bytes(data)
        before = path.stat()
        place.look_until_stable()
        child = forked(lambda: _looking(place, "apps.ingestion.smb.handle.Handle.read"))
        time.sleep(world.chance.random() * 0.5)
        place.server.stop()
        assert child.ended() == 0
        place.server.start()
        place.look_until_taken()
        _is_untouched(path, data, before)
    world.settle()
    assert (arrivals(world), recordings(world)) == (1, 1)


def _looking(place: Clinic, slowly: str) -> None:
    """One look, which waits a quarter of a second before the named function."""
    owner, name = located(slowly)
    original = getattr(owner, name)

    def late(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.25)
        return original(*args, **kwargs)

    setattr(owner, name, late)
    place.look()


@row(8, "a file on a share is renamed while it is read", needs=SAMBA, dear=True)
def renamed_under_a_reader(world: World) -> None:
    data = world.file()
    with clinic(world) as place:
        path = place.folder / "a.dcm"
        path.write_bytes(data)
        before = path.stat()
        place.look_until_stable()
        child = forked(lambda: _renaming(place, path))
        assert child.ended() == 0
        assert arrivals(world) == 0
        place.look_until_taken()
        _is_untouched(path.with_name("b.dcm"), data, before)
    world.settle()
    with inside(world.mercy):
        assert [one.filename for one in Ingress.objects.all()] == ["b.dcm"]
    assert recordings(world) == 1


def _renaming(place: Clinic, path: Path) -> None:
    owner, name = located("apps.ingestion.smb.handle.Handle.read")
    original = getattr(owner, name)

    def moved_away(*args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        path.rename(path.with_name("b.dcm"))
        return found

    setattr(owner, name, moved_away)
    place.look()


@row(9, "the process dies between a file of a share and its archive", needs=SAMBA)
def dies_before_the_archive(world: World) -> None:
    data = world.file()
    with clinic(world) as place:
        how = world.chance.choice((Archive.MOVE, Archive.COPY))
        when, where = world.chance.choice(PLACES + (COPYING if how == Archive.COPY else MOVING))
        place.archives(how)
        path = place.folder / "a.dcm"
        path.write_bytes(data)
        place.look_until_stable()
        killed(place.look, **{when: where})
        assert arrivals(world) == 1
        place.look_until_taken()
        assert place.archived() == [data]
        assert path.exists() == (how == Archive.COPY)
    world.settle()
    assert (arrivals(world), recordings(world)) == (1, 1)


@row(
    10,
    "a name of a share comes again: with new content, in another case, with the old content",
    needs=SAMBA,
    dear=True,
)
def comes_again(world: World) -> None:
    contents = [world.file() for _ in range(3)]
    with clinic(world) as place:
        place.archives(world.chance.choice((Archive.MOVE, Archive.LEAVE)))
        sent = set()
        for _ in range(5):
            name = world.chance.choice(("A1.dcm", "a1.DCM", "a1.dcm"))
            data = world.chance.choice(contents)
            (place.folder / name).write_bytes(data)
            sent.add(data)
            place.look_until_taken(len(sent))
    world.settle()
    assert (arrivals(world), recordings(world)) == (len(sent), len(sent))
