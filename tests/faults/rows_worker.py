"""Rows 11 to 18: workers that die, hang, are stopped or told nothing."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django_q.models import OrmQ

from apps.core import drain
from apps.core.management.commands.sweep import sweep_queues
from apps.ecg.models import Analysis, StageRun
from apps.ingestion import jobs
from apps.ingestion.models import Ingress
from tests.factories import inside
from tests.faults.killing import forked, killed, located, product_process
from tests.faults.row import row
from tests.faults.rows_door import recordings
from tests.faults.world import World, claimed
from tests.ingestion.files import codes_of

# Of a worker that comes too late: what it asked for, not what it did.
READS = {"tenants.data_key.unwrapped"}
POISON = b"this is no ECG of any kind, and never will be"
# What workers claim for one file: the file, its measuring, the run of an algorithm.
ROWS_OF_A_FILE = 3


def state_of(world: World, pk: int) -> str:
    with inside(world.mercy):
        return Ingress.objects.values_list("state", flat=True).get(pk=pk)


def killed_on_poison(poison_size: int) -> None:
    """Works until the poison comes, which takes the worker along."""
    owner, name = located("apps.ingestion.jobs.decode_limited")
    decode = getattr(owner, name)

    def deadly(data: bytes, **known: Any) -> Any:
        if len(data) == poison_size:
            os.kill(os.getpid(), signal.SIGKILL)
        return decode(data, **known)

    setattr(owner, name, deadly)
    drain.drain()


@row(11, "a worker dies after it claimed a file")
def dies_after_the_claim(world: World) -> None:
    accepted = world.offer(world.file())
    killed(drain.drain, before="apps.core.drain.work")
    assert state_of(world, accepted.ingress.pk) == "processing"
    world.until_leases_end()
    world.settle()
    assert state_of(world, accepted.ingress.pk) == "done"


@row(12, "a file that kills its worker, each time")
def kills_every_worker(world: World) -> None:
    poison = world.offer(world.expected(POISON)).ingress.pk
    others = [world.offer(world.file()).ingress.pk for _ in range(2)]
    for _ in range(settings.MAX_ATTEMPTS):
        world.until(lambda: _reclaimed(world, poison), "the file never came back")
        assert forked(lambda: killed_on_poison(len(POISON))).ended() == -signal.SIGKILL
    world.until_leases_end()
    sweep_queues()
    assert state_of(world, poison) == "dead"
    world.settle()
    assert [state_of(world, pk) for pk in others] == ["done", "done"]


def _reclaimed(world: World, pk: int) -> bool:
    sweep_queues()
    with inside(world.mercy):
        waiting = Ingress.objects.filter(pk=pk, state="received", available_at__lte=Now())
        return waiting.exists()


@row(13, "a worker dies between its results and their commit")
def dies_before_the_commit(world: World) -> None:
    world.offer(world.file())
    killed(
        drain.drain, after="apps.core.leases.finish", skip=world.chance.randrange(ROWS_OF_A_FILE)
    )
    world.until_leases_end()
    world.settle()
    assert recordings(world) == 1


@row(14, "a worker dies after the commit, before the queue hears of it")
def dies_after_the_commit(world: World) -> None:
    world.offer(world.file())
    killed(drain.drain, after="apps.core.drain.work", skip=world.chance.randrange(ROWS_OF_A_FILE))
    world.settle()
    with inside(world.mercy):
        assert Analysis.objects.count() == 1
        assert set(StageRun.objects.values_list("attempts", flat=True)) == {1}


@row(15, "a worker stands still for longer than its lease")
def stands_still(world: World) -> None:
    accepted = world.offer(world.file())
    child = forked(lambda: _slowly("apps.ingestion.jobs.link_recording"))
    world.until(lambda: claimed(Ingress) == 1, "nobody claimed the file")
    child.send(signal.SIGSTOP)
    world.until_leases_end()
    world.settle()
    before = codes_of(world.mercy)
    child.send(signal.SIGCONT)
    assert child.ended() == 0
    written = [code for code in codes_of(world.mercy)[len(before) :] if code not in READS]
    assert not written, f"the late worker wrote: {written}"
    assert state_of(world, accepted.ingress.pk) == "done"
    assert recordings(world) == 1


def _slowly(path: str) -> None:
    """Work with half a second before the named function."""
    owner, name = located(path)
    original = getattr(owner, name)

    def late(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.5)
        return original(*args, **kwargs)

    setattr(owner, name, late)
    drain.drain()


@row(16, "the workers are told to end in the middle of their work")
def told_to_end(world: World) -> None:
    rows = [world.offer(world.file()).ingress.pk for _ in range(3)]
    cluster = product_process("qcluster")
    world.until(lambda: _some_worked(world), "the cluster took nothing")
    cluster.send(signal.SIGTERM)
    assert cluster.ended(patience_s=30) == 0
    world.settle()
    assert {state_of(world, pk) for pk in rows} == {"done"}


def _some_worked(world: World) -> bool:
    with inside(world.mercy):
        return Ingress.objects.exclude(state="received").exists()


@row(17, "the queue of tasks is wiped, or its key is changed")
def queue_is_wiped(world: World) -> None:
    accepted = world.offer(world.file())
    if world.chance.random() < 0.5:
        OrmQ.objects.all().delete()
    else:
        other = world.written("another " * 8)
        cluster = product_process("qcluster", EINTHOVEN_SECRET_KEY_FILE=other)
        world.until(lambda: not OrmQ.objects.exists(), "the cluster kept the tasks")
        cluster.send_group(signal.SIGKILL)
        cluster.ended()
    assert state_of(world, accepted.ingress.pk) == "received"
    sweep_queues()
    assert OrmQ.objects.count() == 1
    world.settle()
    assert state_of(world, accepted.ingress.pk) == "done"


@row(18, "a file that is no ECG stands before the others")
def poison_before_others(world: World) -> None:
    poison = world.offer(world.expected(POISON)).ingress
    others = [world.offer(world.file()).ingress.pk for _ in range(2)]
    world.settle()
    assert state_of(world, poison.pk) == "quarantined"
    assert [state_of(world, pk) for pk in others] == ["done", "done"]
    with inside(world.mercy):
        assert jobs.leases.replay(Ingress.objects.get(pk=poison.pk))
    world.settle()
    assert state_of(world, poison.pk) == "quarantined"
