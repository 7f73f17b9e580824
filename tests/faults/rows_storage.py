"""Rows 22 and 23: storage that is away, and stored bytes that are not what they were."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from apps.audit.models import Alarm
from apps.core import drain
from apps.core.errors import RetryableError
from apps.core.management.commands.sweep import do_rounds, sweep_queues
from apps.ingestion.models import Ingress
from tests.factories import inside
from tests.faults.row import row
from tests.faults.rows_door import recordings
from tests.faults.rows_worker import state_of
from tests.faults.world import World


@contextmanager
def storage_away(*, empty: bool = False) -> Iterator[None]:
    """The mount is gone: nothing that can be entered stands in its place, or an empty folder."""
    root = Path(settings.BLOB_ROOT)
    kept = root.with_name(f"{root.name}.away")
    root.rename(kept)
    if empty:
        root.mkdir()
    else:
        root.write_text("not a folder")
    try:
        yield
    finally:
        if empty:
            root.rmdir()
        else:
            root.unlink()
        kept.rename(root)


@row(22, "the storage is away for longer than all attempts take")
def storage_is_away(world: World) -> None:
    accepted = world.offer(world.file())
    with storage_away(empty=world.chance.random() < 0.5):
        for _ in range(settings.MAX_ATTEMPTS + 2):
            drain.drain()
            time.sleep(settings.UNAVAILABLE_PAUSE_SECONDS)
        assert state_of(world, accepted.ingress.pk) == "received"
    world.settle()
    assert state_of(world, accepted.ingress.pk) == "done"


@row(22, "a sender meets storage that is away")
def sender_meets_no_storage(world: World) -> None:
    world.offer(world.file())
    data = world.file()
    with storage_away(), pytest.raises(RetryableError):
        world.offer(data, idem_key="twenty-two")
    assert world.offer(data, idem_key="twenty-two").is_new
    world.settle()
    assert recordings(world) == 2


@row(23, "stored bytes were changed")
def stored_bytes_were_changed(world: World) -> None:
    accepted = world.offer(world.file())
    path = Path(settings.BLOB_ROOT) / f"org/{world.mercy.pk}/raw/{accepted.ingress.sha256}"
    genuine = path.read_bytes()
    changed = bytearray(genuine)
    changed[world.chance.randrange(len(changed))] ^= 1 << world.chance.randrange(8)
    path.write_bytes(changed)
    world.settle()
    assert state_of(world, accepted.ingress.pk) == "dead"
    assert recordings(world) == 0
    with inside(world.mercy):
        assert Alarm.objects.filter(code="storage.not_genuine").exists()
    path.write_bytes(genuine)
    _replayed(world, accepted.ingress.pk)
    assert state_of(world, accepted.ingress.pk) == "done"


def _replayed(world: World, pk: int) -> None:
    from apps.core.leases import replay

    with inside(world.mercy):
        assert replay(Ingress.objects.get(pk=pk))
    sweep_queues()
    do_rounds()
    world.settle()
