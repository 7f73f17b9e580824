"""Trials of the rows, one after another, each from an empty database."""

from __future__ import annotations

import logging
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test.utils import setup_test_environment

from deploy.embedded.postgres import Cluster
from tests.database import TestDatabase
from tests.factories import organization_of
from tests.faults import (  # noqa: F401 - each adds its rows to the matrix
    rows_database,
    rows_door,
    rows_report,
    rows_restore,
    rows_share,
    rows_storage,
    rows_upload,
    rows_worker,
)
from tests.faults.invariants import CHECKS, violated
from tests.faults.record import Result, record
from tests.faults.row import ROWS, Row
from tests.faults.server import Own, Shared
from tests.faults.world import World, durations, price_everything


def run(
    cluster: Cluster,
    *,
    rows: set[int] | None,
    times: int,
    seed: int,
    production: bool,
    recording: bool,
) -> int:
    """Print the matrix; 0 when everything held, 1 at the first that did not."""
    setup_test_environment()
    logging.disable(logging.CRITICAL)
    chosen = sorted((r for r in ROWS if rows is None or r.number in rows), key=lambda r: r.number)
    if missing := sorted({name for one in chosen for name in one.missing()}):
        print(f"MISSING: {', '.join(missing)}. `make test` installs them where it may.")
        return 2
    with (
        tempfile.TemporaryDirectory() as blobs,
        _database() as database,
        durations(production=production),
    ):
        server = Own(database, cluster)
        for one in chosen:
            result = _repeated(one, server, Path(blobs), times, seed)
            print(f"{one.number:>3} {one.fault}: {result.fault or f'{times} of {times}'}", end="")
            print(f", {result.seconds / result.trials:.1f} s each", flush=True)
            if recording:
                record(result, production=production)
            if result.fault:
                return 1
    print(f"{len(chosen)} kinds of faults, {times} trials of each: I1 to I8 hold.")
    return 0 if chosen else 1


def _repeated(one: Row, server: Own, blobs: Path, times: int, seed: int) -> Result:
    """So many trials of one row, up to the first that does not hold."""
    began = time.monotonic()
    for trial in range(times):
        settings.BLOB_ROOT = blobs / f"{one.number}-{one.trial.__name__}-{trial}"
        settings.BLOB_ROOT.mkdir()
        faults = tried(one, server, f"{seed}-{trial}")
        if faults:
            print(*(f"    {fault}" for fault in faults), sep="\n")
            names = tuple(sorted({fault.split()[0] for fault in faults} & CHECKS.keys()))
            where = f"did not hold in trial {trial + 1}, seed {seed}"
            seconds = time.monotonic() - began
            return Result(one.number, one.fault, trial + 1, seconds, names, where)
        server.database.empty()
    return Result(one.number, one.fault, times, time.monotonic() - began)


@contextmanager
def _database() -> Iterator[TestDatabase]:
    database = TestDatabase()
    database.create()
    try:
        yield database
    finally:
        database.destroy()


def tried(one: Row, server: Shared, seed: str) -> list[str]:
    """What did not hold in one trial: an assertion of the row, or invariants."""
    world = World(
        mercy=organization_of("mercy"),
        lakeside=organization_of("lakeside"),
        chance=random.Random(f"{one.number} {seed}"),
        server=server,
    )
    for organization in world.organizations:
        price_everything(organization)
    try:
        one.trial(world)
        world.settle()
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        return [f"{type(error).__name__}: {error}"]
    return violated(world)
