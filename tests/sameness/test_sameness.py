"""The same ECG by three real doors is one recording, whatever the order, repetition or crash.

`make sameness` asks more examples of it than the suite does.
"""

from __future__ import annotations

import itertools
import os
import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.api.keys import key_of
from tests.database import committed
from tests.factories import make_waveform
from tests.faults.killing import killed
from tests.faults.world import World, durations, price_everything
from tests.ingestion.files import PLAIN, ecg_file
from tests.sameness.doors import DOORS, Doors
from tests.sameness.proof import check
from tests.smb.conftest import folder, samba, source  # noqa: F401 - fixtures

pytestmark = [committed, pytest.mark.slow]

EXAMPLES = int(os.environ.get("SAMENESS_EXAMPLES", "0"))
ORDERS = list(itertools.permutations(DOORS))
# Where a sender's process or a worker dies.
CRASHES = (
    "apps.core.blobs.folder.FolderEngine.promote",
    "apps.ingestion.actions._enter",
    "apps.ingestion.jobs.check_malware",
    "apps.core.leases.finish",
)
AT_THE_DOOR = CRASHES[:2]

_seeds = itertools.count(7_000)
some_deliveries = some.lists(some.sampled_from(DOORS), max_size=3).flatmap(
    lambda more: some.permutations([*DOORS, *more])
)


@pytest.fixture
def doors(mercy, technician, source, folder):  # noqa: F811
    price_everything(mercy)
    return Doors(technician, key_of(mercy), source, folder)


@pytest.fixture
def settled(mercy, lakeside):
    """Sweeps and works until nothing is open."""
    return World(mercy, lakeside, random.Random(1), None).settle


def new_file():
    return ecg_file(make_waveform(rate_hz=250, seed=next(_seeds)), PLAIN)


def died(crash, doors, door, data, settled):
    """A process dies at that place of its work, and the work is done again."""
    if crash in AT_THE_DOOR:
        killed(partial(doors.send, door, data), before=crash)
        doors.send(door, data)
    else:
        doors.send(door, data)
        killed(settled, before=crash)


@pytest.mark.parametrize("order", ORDERS if EXAMPLES else ORDERS[3:4], ids="-".join)
def test_in_every_order_one_after_another(order, mercy, doors, settled):
    data = new_file()
    for door in order:
        doors.send(door, data)
        settled()
    check(mercy, data)


def test_all_at_once(mercy, doors, settled):
    files = [new_file() for _ in range(EXAMPLES or 1)]
    for data in files:
        with ThreadPoolExecutor(len(DOORS)) as senders:
            list(senders.map(lambda door, data=data: doors.send(door, data), DOORS))
    settled()
    for data in files:
        check(mercy, data)


@given(some_deliveries, some.integers(0, 2), some.sampled_from(CRASHES), some.booleans())
@settings(
    max_examples=EXAMPLES or 1,
    derandomize=not EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_repeated_and_cut_short(mercy, doors, settled, deliveries, where, crash, between):
    data = new_file()
    with durations(production=False):
        for place, door in enumerate(deliveries):
            if place == where and door not in deliveries[:place]:
                died(crash, doors, door, data, settled)
            else:
                doors.send(door, data)
            if between:
                settled()
        settled()
    check(mercy, data)
