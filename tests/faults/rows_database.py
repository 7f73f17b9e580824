"""Rows 19 to 21: a database that restarts, is lost at COMMIT, or takes no writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from apps.core import drain
from apps.core.errors import RetryableError
from apps.core.management.commands.sweep import sweep_queues
from apps.ingestion.models import Ingress
from tests.database import raw_connection
from tests.faults.killing import forked, located
from tests.faults.proxy import losing_the_commit
from tests.faults.row import row
from tests.faults.rows_door import arrivals, recordings
from tests.faults.rows_worker import state_of
from tests.faults.world import World, claimed

# What every acceptance, claim and result writes to.
WRITTEN = ("ingestion_ingress", "audit_auditevent")
_NO_ROOM = """
CREATE FUNCTION app.no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE disk_full; END $$"""
_ASKED = """
CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {}
FOR EACH STATEMENT EXECUTE FUNCTION app.no_room()"""


@row(19, "the database restarts in the middle of a transaction")
def restarts_in_a_transaction(world: World) -> None:
    world.offer(world.file())
    child = forked(lambda: _waiting_inside("apps.core.leases.finish"))
    world.until(lambda: claimed(Ingress) == 1, "nobody claimed the file")
    world.until(_transaction_waits, "no transaction was open")
    world.server.restart()
    assert child.ended() == 0
    world.until_leases_end()
    world.settle()
    assert recordings(world) == 1


def _waiting_inside(path: str) -> None:
    """Work, with a second of waiting inside the first transaction that reaches the function."""
    owner, name = located(path)
    original = getattr(owner, name)

    def late(*args: Any, **kwargs: Any) -> Any:
        setattr(owner, name, original)
        time.sleep(1)
        return original(*args, **kwargs)

    setattr(owner, name, late)
    drain.drain()


def _transaction_waits() -> bool:
    with raw_connection("default") as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
        ).fetchone()
    return bool(found and found[0])


@row(20, "the connection is lost when the commit of a file was sent")
def lost_at_the_commit_of_a_file(world: World) -> None:
    data = world.file()
    with losing_the_commit(after='INSERT INTO "ingestion_ingress"'), pytest.raises(RetryableError):
        world.offer(data, idem_key="twenty")
    assert arrivals(world) == 1
    assert not world.offer(data, idem_key="twenty").is_new
    world.settle()
    assert recordings(world) == 1


@row(20, "the connection is lost when the commit of results was sent")
def lost_at_the_commit_of_results(world: World) -> None:
    world.offer(world.file())
    with losing_the_commit(after='INSERT INTO "ecg_recording"'):
        drain.drain()
    assert recordings(world) == 1
    world.settle()
    assert recordings(world) == 1


@row(21, "the database takes no writes")
def takes_no_writes(world: World) -> None:
    data = world.file()
    with read_only(), pytest.raises(RetryableError):
        world.offer(data, idem_key="twenty-one")
    assert arrivals(world) == 0
    assert world.offer(data, idem_key="twenty-one").is_new
    world.settle()
    assert recordings(world) == 1


@row(21, "the disk of the database is full", dear=True)
def disk_is_full(world: World) -> None:
    waiting = world.offer(world.file()).ingress.pk
    data = world.file()
    with full_disk():
        with pytest.raises(RetryableError):
            world.offer(data, idem_key="full")
        for _ in range(settings.MAX_ATTEMPTS + 1):
            drain.drain()
        sweep_queues()
        assert state_of(world, waiting) == "received"
    assert arrivals(world) == 1
    assert world.offer(data, idem_key="full").is_new
    world.settle()
    assert recordings(world) == 2


@contextmanager
def full_disk() -> Iterator[None]:
    """As the server answers a statement for which it finds no room (SQLSTATE 53100)."""
    with raw_connection("owner") as owner:
        owner.execute(_NO_ROOM)
        try:
            for table in WRITTEN:
                owner.execute(sql.SQL(_ASKED).format(sql.Identifier(table)))
            yield
        finally:
            owner.execute("DROP FUNCTION app.no_room() CASCADE")


@contextmanager
def read_only() -> Iterator[None]:
    """As a server is after a fail-over to a replica, for every new session."""
    name = sql.Identifier(connections["owner"].settings_dict["NAME"])
    connections.close_all()
    with raw_connection("owner") as owner:
        owner.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name)
        )
        try:
            yield
        finally:
            connections.close_all()
            owner.execute("SET default_transaction_read_only = off")
            owner.execute(
                sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name)
            )
