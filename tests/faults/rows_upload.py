"""Row 6: uploads in parts that come wrong, and are taken over by workers and scanners that die."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.test import override_settings

from apps.core import drain
from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.upload_ends import sweep_uploads
from apps.ingestion.upload_refused import UploadRefused
from apps.tenants import blobs
from tests.factories import inside
from tests.faults.killing import killed
from tests.faults.row import row
from tests.faults.rows_door import arrivals, recordings
from tests.faults.rows_worker import state_of
from tests.faults.world import World
from tests.ingestion.clamd import running
from tests.uploads.sending import addresses, begin, finish, parts_of, put, send_parts

PARTS = 5
# Where the worker that takes the parts over may die.
PLACES = (
    {"before": "apps.tenants.blobs.put"},
    {"before": "apps.ingestion.promote._name"},
    {"after": "apps.ingestion.promote._name"},
    {"before": "apps.ingestion.promote.clear_ended"},
    {"after": "apps.ingestion.promote.clear_ended"},
)


def small_parts(data: bytes) -> override_settings:
    return override_settings(UPLOAD_PART_BYTES=len(data) // (PARTS - 1))


@row(6, "parts of an upload are missing, out of order, corrupt or another's")
def parts_come_wrong(world: World) -> None:
    data = world.file()
    with small_parts(data):
        upload = begin(world.mercy, data)
    parts = parts_of(data, upload.part_size)
    found, numbers = addresses(upload, parts), list(parts)
    world.chance.shuffle(numbers)
    *first, last = numbers
    for number in first:
        assert put(found[number], _corrupt(world, parts[number])) == 400
        assert put(found[number], parts[last][:-1]) == 400
        assert put(found[number], parts[number]) == 204
    with pytest.raises(UploadRefused, match="parts-missing"):
        finish(upload, data)
    assert arrivals(world) == 0
    assert put(found[last], parts[last]) == 204
    world.promise_row(finish(upload, data).ingress)
    killed(drain.drain, **world.chance.choice(PLACES))
    world.until_leases_end()
    world.settle()
    assert (arrivals(world), recordings(world)) == (1, 1)
    sweep_uploads()  # what the next hour brings
    assert _staged(world) == []


def _corrupt(world: World, part: bytes) -> bytes:
    changed = bytearray(part)
    changed[world.chance.randrange(len(changed))] ^= 1 << world.chance.randrange(8)
    return bytes(changed)


def _staged(world: World) -> list[str]:
    own = world.mercy.pk
    return list(blobs.engine_of(own).keys(f"org/{own}/staging"))


@row(
    6,
    "the malware scanner ends before the parts of an upload are looked at",
    needs=("clamd",),
    dear=True,
)
def scanner_is_away(world: World) -> None:
    data = world.file()
    with small_parts(data):
        upload = begin(world.mercy, data)
    send_parts(upload, data)
    with running() as clamd:
        pk = finish(upload, data).ingress.pk
    with override_settings(CLAMD=clamd.unix):
        for _ in range(settings.MAX_ATTEMPTS + 1):
            world.until(lambda: _is_due(world, pk), "the file was not due again")
            drain.drain()
            assert state_of(world, pk) == "received"
    with running() as again, override_settings(CLAMD=again.unix):
        world.settle()
    with inside(world.mercy):
        row = Ingress.objects.get(pk=pk)
        world.promise_row(row)
        assert (row.state, row.antivirus) == ("done", Ingress.Antivirus.CLEAN)
        assert UploadSession.objects.get().state == UploadSession.State.KEPT
    assert recordings(world) == 1


def _is_due(world: World, pk: int) -> bool:
    with inside(world.mercy):
        return Ingress.objects.filter(pk=pk, available_at__lte=Now()).exists()
