"""Rows 1 to 5: the sender's process, and senders at the same time."""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from apps.billing.models import Charge
from apps.core.blobs.folder import FolderEngine
from apps.core.management.commands.sweep import TEMPORARY_AGE_S
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress, RecordingArrival
from tests.factories import inside
from tests.faults.killing import killed
from tests.faults.row import row
from tests.faults.world import World

BLOBS = "apps.core.blobs.folder.FolderEngine"
DOOR = "apps.ingestion.actions"


def arrivals(world: World) -> int:
    with inside(world.mercy):
        return Ingress.objects.count()


def recordings(world: World) -> int:
    with inside(world.mercy):
        return Recording.objects.count()


def temporary_files() -> list[Path]:
    return [path for path in Path(settings.BLOB_ROOT).rglob("temporary/*") if path.is_file()]


def swept_after_a_day() -> None:
    """What the sweeper does with what was left behind, a day later."""
    old = time.time() - TEMPORARY_AGE_S - 60
    for path in temporary_files():
        os.utime(path, (old, old))
    FolderEngine(settings.BLOB_ROOT).sweep_temporary(TEMPORARY_AGE_S)


@row(1, "the sender's process dies while it stores the bytes")
def dies_before_the_name(world: World) -> None:
    data = world.file()
    killed(world.door(data, "one"), before=f"{BLOBS}.promote")
    assert arrivals(world) == 0
    assert len(temporary_files()) == 1
    swept_after_a_day()
    assert not temporary_files()
    assert world.offer(data, idem_key="one").is_new
    world.settle()
    assert recordings(world) == 1


@row(2, "the sender's process dies between the bytes and the row")
def dies_before_the_row(world: World) -> None:
    data = world.file()
    killed(world.door(data, "two"), before=f"{DOOR}._enter")
    assert arrivals(world) == 0
    assert world.offer(data, idem_key="two").is_new
    world.settle()
    assert (arrivals(world), recordings(world)) == (1, 1)


@row(3, "the sender's process dies between the commit and the answer")
def dies_before_the_answer(world: World) -> None:
    data = world.file()
    killed(world.door(data, "three"), after=f"{DOOR}._enter")
    with inside(world.mercy):
        kept = Ingress.objects.get().pk
    again = world.offer(data, idem_key="three")
    assert (again.is_new, again.ingress.pk) == (False, kept)
    world.settle()
    assert (arrivals(world), recordings(world)) == (1, 1)


@row(4, "the same upload four times at once")
def at_the_same_time(world: World) -> None:
    data = world.file()

    def send(_number: int) -> int:
        try:
            return world.offer(data, idem_key="four").ingress.pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as senders:
        assert len(set(senders.map(send, range(4)))) == 1
    world.settle()
    assert (arrivals(world), recordings(world)) == (1, 1)


@row(5, "the same ECG by several doors")
def by_several_doors(world: World) -> None:
    data, doors = world.file(), ["web", "api", "import"]
    world.chance.shuffle(doors)

    def send(source: str) -> Any:
        try:
            return world.offer(data, source=source).ingress
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as senders:
        list(senders.map(send, doors))
    world.settle()
    with inside(world.mercy):
        outcomes = Counter(Ingress.objects.values_list("outcome", flat=True))
        charged = Charge.objects.values("subject_id").distinct().count()
        assert RecordingArrival.objects.count() == 3
    assert outcomes == {"new": 1, "same_bytes": 2}
    assert (recordings(world), charged) == (1, 1)
