"""All bytes arrive and are proven before anything is switched, killed wherever it may be."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core.blobs.folder import FolderEngine
from apps.core.blobs.moving import MovingEngine
from apps.core.blobs.store import blob_key
from apps.tenants import blobs, moving
from apps.tenants.model_storage import StorageLocation, StorageMove
from apps.tenants.moving import NotMovable, begin_move, clear_source, move_bytes
from apps.tenants.reconcile import reconcile
from tests.database import committed, database_environment
from tests.factories import inside, make_ingress
from tests.ingestion.files import codes_of
from tests.storage.locations import bucket_location, folder_location, placed, use

pytestmark = committed

DATA = [b"", b"one", b"two", b"x" * ((1 << 20) + 1)]


class Killed(BaseException):
    """As by kill -9, as far as one process can tell."""


@pytest.fixture(autouse=True)
def own_root(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path / "platform"


@pytest.fixture
def target(mercy, tmp_path):
    return placed(mercy, folder_location(tmp_path / "own")).location


@pytest.fixture
def hashes(mercy):
    """What mercy has in the platform's folder, with rows that name it."""
    stored = [blobs.put(mercy.pk, "raw", [data]) for data in DATA]
    for one in stored:
        make_ingress(mercy, sha256=one.sha256, size=one.size)
    return [one.sha256 for one in stored]


def begin(organization, location):
    with inside(organization):
        return begin_move(organization, location)


def an_hour_later(organization):
    with inside(organization):
        for move in StorageMove.objects.filter(state="switched"):
            move.switched_at -= dt.timedelta(hours=1)
            move.save()


def all_is_there(organization, hashes):
    found = [blobs.get(organization.pk, "raw", sha256) for sha256 in hashes]
    faults = reconcile(organization.pk, deep=True).faults
    return sorted(found) == sorted(DATA) and not faults


def in_use(organization):
    with inside(organization):
        return StorageLocation.objects.filter(is_active=True).first()


def test_everything_is_moved_switched_and_then_cleared(mercy, hashes, target, settings):
    begin(mercy, target)
    move_bytes(mercy.pk)
    assert in_use(mercy) == target
    assert len(list(FolderEngine(settings.BLOB_ROOT).keys(f"org/{mercy.pk}"))) == len(DATA)
    an_hour_later(mercy)
    assert clear_source(mercy.pk) == len(DATA)
    assert list(FolderEngine(settings.BLOB_ROOT).keys("")) == []
    assert all_is_there(mercy, hashes)
    moved = [code for code in codes_of(mercy) if code.startswith("tenants.storage")]
    assert moved[-3:] == [
        "tenants.storage.moving",
        "tenants.storage.moved",
        "tenants.storage.cleared",
    ]


def test_there_and_back_between_a_folder_and_a_bucket(mercy, hashes, target, s3):
    bucket = placed(mercy, bucket_location(s3.bucket)).location
    for place in (bucket, target, None):
        begin(mercy, place)
        move_bytes(mercy.pk)
        an_hour_later(mercy)
        clear_source(mercy.pk)
        assert in_use(mercy) == place
        assert all_is_there(mercy, hashes)
    assert list(s3.entries("")) == []


def test_sealed_bytes_are_copied_as_they_are(mercy, hashes, target, settings):
    key = blob_key(mercy.pk, "raw", hashes[1])
    sealed = b"".join(FolderEngine(settings.BLOB_ROOT).read(key))
    begin(mercy, target)
    move_bytes(mercy.pk)
    assert b"".join(FolderEngine(Path(target.root)).read(key)) == sealed


def test_during_the_move_new_bytes_go_ahead_and_old_ones_are_read(mercy, hashes, target):
    begin(mercy, target)
    assert isinstance(blobs.engine_of(mercy.pk), MovingEngine)
    new = blobs.put(mercy.pk, "raw", [b"new"])
    make_ingress(mercy, sha256=new.sha256, size=new.size)
    assert FolderEngine(Path(target.root)).exists(blob_key(mercy.pk, "raw", new.sha256))
    assert blobs.get(mercy.pk, "raw", hashes[1]) == b"one"
    assert reconcile(mercy.pk, deep=True).faults == []
    assert in_use(mercy) is None


def test_bytes_that_came_to_the_source_late_are_not_lost(mercy, hashes, target, settings):
    """An upload that asked for its place before the move ends after the switch."""
    before = blobs.engine_of(mercy.pk)
    begin(mercy, target)
    move_bytes(mercy.pk)
    late = before.write(f"org/{mercy.pk}", FolderEngine(settings.BLOB_ROOT).read(any_key(mercy)))
    before.promote(late, blob_key(mercy.pk, "raw", "f" * 64))
    assert blobs.engine_of(mercy.pk).exists(blob_key(mercy.pk, "raw", "f" * 64))
    an_hour_later(mercy)
    clear_source(mercy.pk)
    assert blobs.engine_of(mercy.pk).exists(blob_key(mercy.pk, "raw", "f" * 64))


def any_key(organization):
    return next(iter(blobs.engine_of(organization.pk).keys(f"org/{organization.pk}")))


def test_the_same_bytes_written_anew_meanwhile_count_as_arrived(mercy, hashes, target):
    begin(mercy, target)
    blobs.put(mercy.pk, "raw", [b"one"])
    move_bytes(mercy.pk)
    assert in_use(mercy) == target
    assert all_is_there(mercy, hashes)


def test_a_copy_that_differs_is_not_kept_and_nothing_is_switched(
    mercy, hashes, target, monkeypatch
):
    def changing(self, prefix, chunks):
        return write(self, prefix, [b"changed", *chunks])

    write = FolderEngine.write
    begin(mercy, target)
    monkeypatch.setattr(FolderEngine, "write", changing)
    with pytest.raises(NotMovable, match="the copy differs"):
        move_bytes(mercy.pk)
    assert in_use(mercy) is None
    assert list(FolderEngine(Path(target.root)).keys("")) == []
    monkeypatch.undo()
    move_bytes(mercy.pk)
    assert all_is_there(mercy, hashes)


def test_a_copy_that_was_damaged_before_the_switch_stops_it(mercy, hashes, target, monkeypatch):
    begin(mercy, target)
    real = moving.prove

    def damaged_first(move, progress):
        path = Path(target.root) / blob_key(mercy.pk, "raw", hashes[1])
        path.write_bytes(b"damaged")
        return real(move, progress)

    monkeypatch.setattr(moving, "prove", damaged_first)
    with pytest.raises(NotMovable, match=f"the copy differs: org/{mercy.pk}/raw/{hashes[1]}"):
        move_bytes(mercy.pk)
    assert in_use(mercy) is None


def test_the_source_is_not_deleted_while_the_target_lacks_the_proof(mercy, hashes, target):
    begin(mercy, target)
    move_bytes(mercy.pk)
    an_hour_later(mercy)
    (Path(target.root) / blob_key(mercy.pk, "raw", hashes[1])).write_bytes(b"damaged")
    with pytest.raises(NotMovable, match="the copy differs"):
        clear_source(mercy.pk)
    assert len(list(blobs.engine_of(mercy.pk).source.keys(""))) == len(DATA)


def test_the_source_is_kept_for_an_hour(mercy, hashes, target):
    begin(mercy, target)
    with pytest.raises(NotMovable, match="no move has been switched"):
        clear_source(mercy.pk)
    move_bytes(mercy.pk)
    with pytest.raises(NotMovable, match="less than an hour"):
        clear_source(mercy.pk)


def test_another_organizations_location_is_not_there(mercy, lakeside, tmp_path):
    theirs = placed(lakeside, folder_location(tmp_path / "theirs")).location
    for wanted in (str(theirs.public_id), str(uuid.uuid4()), "nonsense"):
        with pytest.raises(CommandError, match="no such location of this organization"):
            call_command("move_storage", organization="mercy", to=wanted)
    with pytest.raises(NotMovable, match="not this organization's"):
        begin(mercy, theirs)


def test_a_location_in_another_region_is_refused(mercy, target):
    with inside(mercy):
        StorageLocation.objects.update(region="us")
        target.refresh_from_db()
    with pytest.raises(NotMovable, match="another region"):
        begin(mercy, target)


def test_one_move_at_a_time(mercy, hashes, target, tmp_path):
    other = placed(mercy, folder_location(tmp_path / "other")).location
    first = begin(mercy, target)
    assert begin(mercy, target) == first
    with pytest.raises(NotMovable, match="another move is open"):
        begin(mercy, other)
    move_bytes(mercy.pk)
    with pytest.raises(NotMovable, match="its source emptied first"):
        begin(mercy, other)


def test_where_the_bytes_are_already_nothing_is_moved(mercy, tmp_path):
    location = use(mercy, folder_location(tmp_path / "own"))
    with pytest.raises(NotMovable, match="there already"):
        begin(mercy, location)


STEPS = [
    (FolderEngine, "write"),
    (FolderEngine, "promote"),
    (FolderEngine, "delete"),
    (FolderEngine, "read"),
    (moving, "copy_missing"),
    (moving, "prove"),
    (moving, "_switch"),
    (moving, "_count"),
    (moving, "_empty"),
    (moving, "_close"),
]


def killed_at(monkeypatch, place, name, number, *, after):
    """Dies before or after that call of a step; whether it came to it."""
    real, calls = getattr(place, name), []

    def dying(*args, **kwargs):
        calls.append(name)
        if len(calls) == number and not after:
            raise Killed
        result = real(*args, **kwargs)
        if len(calls) == number:
            raise Killed
        return result

    monkeypatch.setattr(place, name, dying)
    return lambda: len(calls) >= number


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
def test_killed_at_any_step_the_next_run_completes_it(
    mercy, hashes, target, monkeypatch, place, name, number, after
):
    begin(mercy, target)
    with monkeypatch.context() as patched:
        died = killed_at(patched, place, name, number, after=after)
        try:
            move_bytes(mercy.pk)
            an_hour_later(mercy)
            clear_source(mercy.pk)
        except Killed:
            assert died()
    assert sorted(blobs.get(mercy.pk, "raw", one) for one in hashes) == sorted(DATA)
    move_bytes(mercy.pk)
    an_hour_later(mercy)
    with inside(mercy):
        is_open = StorageMove.objects.exclude(state="cleared").exists()
    if is_open:
        clear_source(mercy.pk)
    assert in_use(mercy) == target
    assert all_is_there(mercy, hashes)


@pytest.mark.slow
def test_killed_for_real_again_and_again_nothing_is_lost(mercy, target, settings):
    """The command in a process of its own, ended by signal 9 at growing intervals."""
    stored = [blobs.put(mercy.pk, "raw", [b"%d" % number * 20_000]) for number in range(400)]
    [make_ingress(mercy, sha256=one.sha256, size=one.size) for one in stored]
    begin(mercy, target)
    command = [sys.executable, "manage.py", "move_storage", "--organization", "mercy"]
    environment = os.environ | database_environment()
    environment["EINTHOVEN_BLOB_ROOT"] = str(settings.BLOB_ROOT)
    ends = []
    for limit in (1.2, 1.6, 2.0, 2.5, 3.0, 300):
        process = subprocess.Popen(
            command, env=environment, cwd=Path(__file__).parents[2], stdout=-3, stderr=-3
        )
        try:
            ends.append(process.wait(timeout=limit))
        except subprocess.TimeoutExpired:
            process.kill()
            ends.append(process.wait())
        assert reconcile(mercy.pk).faults == []
        if ends[-1] == 0:
            break
    assert ends[-1] == 0
    assert -signal.SIGKILL in ends
    assert in_use(mercy) == target
    assert reconcile(mercy.pk, deep=True).opened == 400
