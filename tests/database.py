"""The test database: made by its owner from one template, used as the application's role."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.types.json import Jsonb

from apps.tenants import keyrings
from apps.tenants.actions import NewOrganization, provision_organization
from apps.tenants.keys import ensure_all_data_keys
from tests.emptying import Deleting, truncate

# Tests of committed rows: other roles, workers, on_commit, the audit chain, late rendering.
committed = pytest.mark.django_db(transaction=True, databases=["default", "dispatch", "platform"])

# Every test finds these customers, and the reserved organization.
CUSTOMERS = ("mercy", "lakeside")
# The address of the cluster's superuser, where the cluster is the run's own.
SUPERUSER = "DATABASE_SUPERUSER_URL"
LOCK_TIMEOUT = "-c lock_timeout=20s"
LOCK = 0x45434731


def raw_connection(alias: str, **options: Any) -> psycopg.Connection[Any]:
    """A connection of the alias's role outside Django, with nothing pinned."""
    parameters = connections[alias].get_connection_params()
    chosen = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port")}
    return psycopg.connect(**(chosen | {"autocommit": True} | options))


def database_environment() -> dict[str, str]:
    """By what a process of its own finds this test's database."""
    urls = {}
    for alias in connections:
        variable = "DATABASE_URL" if alias == "default" else f"DATABASE_{alias.upper()}_URL"
        server = os.environ[variable].rpartition("/")[0]
        urls[variable] = f"{server}/{connections.settings[alias]['NAME']}"
    return urls


def point_at(name: str) -> None:
    """Every alias's next connection goes to that database, and waits for no lock for ever."""
    for alias in connections:
        connections[alias].close()
        for chosen in (connections[alias].settings_dict, connections.settings[alias]):
            chosen["NAME"] = name
            chosen["OPTIONS"] = chosen["OPTIONS"] | {"options": LOCK_TIMEOUT}


class TestDatabase:
    """One database for this process, copied from the run's template."""

    __test__ = False

    def __init__(self) -> None:
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)[:12]
        self.prefix = f"test_{run}"
        self.template = f"{self.prefix}_template"
        self.name = f"{self.prefix}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        self.home = connections["owner"].settings_dict["NAME"]
        self._maintenance: psycopg.Connection[Any] | None = None
        self._standing: list[dict[str, Any]] = []
        self._keys: list[dict[str, Any]] = []
        self._held: dict[int, keyrings._Held] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="einthoven-keys-")
        self._kept_open: dict[str, psycopg.Connection[Any]] = {}
        self._quick: Deleting | None = None

    @property
    def maintenance(self) -> psycopg.Connection[Any]:
        """In the database the run was given, which outlives the copies."""
        if self._maintenance is None or self._maintenance.closed:
            self._maintenance = raw_connection("owner", dbname=self.home)
        return self._maintenance

    def let_go(self) -> None:
        """No session of this process is left: the database may be copied, the server restarted."""
        for connection in self._kept_open.values():
            connection.close()
        self._kept_open.clear()
        connections.close_all()
        if self._maintenance is not None:
            self._maintenance.close()

    def create(self) -> None:
        with self._alone():
            if not self._names(self.template):
                self._make_template()
            self._run("CREATE DATABASE {} TEMPLATE {}", self.name, self.template)
            self._take_key_file()
        point_at(self.name)
        self._remember_standing()
        self._unwrap_standing()

    def destroy(self) -> None:
        """The server waits some seconds for sessions that are just ending."""
        self._disconnect()
        self._folder.cleanup()
        with self._alone():
            self._run("DROP DATABASE {}", self.name)
            if self._names(f"{self.prefix}_%") == [self.template]:
                self._run("DROP DATABASE {}", self.template)
        self.maintenance.close()

    def empty(self) -> None:
        """As new: only migrations, content types, permissions and the standing organizations."""
        if not (SUPERUSER in os.environ and self._deleting().empty()):
            truncate(self._connection("owner"))
        self._add_standing()

    def let_server_count(self) -> None:
        """For what fills tables for minutes: plans of those never counted cost more with each row.

        On a cluster of its own only: other tests expect plans of tables that were not counted.
        """
        if SUPERUSER in os.environ:
            self._deleting().let_server_count()

    def _deleting(self) -> Deleting:
        if self._quick is None or self._quick.connection.closed:
            name = connections["owner"].settings_dict["NAME"]
            superuser = psycopg.connect(
                os.environ[SUPERUSER], dbname=name, autocommit=True, options=LOCK_TIMEOUT
            )
            self._quick = Deleting(superuser)
            self._kept_open[SUPERUSER] = superuser
        return self._quick

    def _take_key_file(self) -> None:
        """Key-encryption keys of this process and those it starts: what a test renews or destroys
        there opens the standing organizations in no other process.
        """
        self._key_encryption = Path(settings.KEK_FILE).read_bytes()
        self._key_file = Path(self._folder.name) / "kek.json"
        self._key_file.touch(mode=0o600)
        self._key_file.write_bytes(self._key_encryption)
        settings.KEK_FILE = os.environ["EINTHOVEN_KEK_FILE"] = str(self._key_file)

    def hold_standing_keys(self) -> None:
        """What a test unwrapped, refused or dropped is no other test's: ids come again in copies
        of the database, and the next test may have key-encryption keys of its own.
        """
        if self._key_file.read_bytes() != self._key_encryption:
            self._key_file.write_bytes(self._key_encryption)
        keyrings._held.clear()
        keyrings._held.update({pk: replace(held) for pk, held in self._held.items()})

    def _add_standing(self) -> None:
        platform, app = self._connection("platform"), self._connection("default")
        platform.execute(_ORGANIZATIONS_AGAIN, [Jsonb(self._standing)])
        with app.transaction():
            for row in self._standing:
                app.execute("SELECT set_config('app.organization_id', %s, true)", [str(row["id"])])
                app.execute(_NEW_HEAD, [row["id"]])
                mine = [key for key in self._keys if key["organization_id"] == row["id"]]
                app.execute(_KEYS_AGAIN, [Jsonb(mine)])

    def _remember_standing(self) -> None:
        platform = self._connection("platform")
        found = platform.execute("SELECT to_jsonb(o) FROM tenants_organization o ORDER BY id")
        self._standing = [row[0] for row in found]
        self._keys = [
            row[0] for row in platform.execute("SELECT to_jsonb(k) FROM tenants_datakey k")
        ]

    def _unwrap_standing(self) -> None:
        """Once for the whole run; the events of it are no test's."""
        for row in self._standing:
            keyrings.keyring_of(row["id"])
        self._held = {pk: replace(held) for pk, held in keyrings._held.items()}
        self.empty()

    def _make_template(self) -> None:
        self._run("CREATE DATABASE {}", self.template)
        point_at(self.template)
        call_command("migrate", database="owner", verbosity=0)
        for slug in CUSTOMERS:
            provision_organization(NewOrganization(slug=slug, name=slug.title()))
        ensure_all_data_keys()
        self._remember_standing()
        self.empty()
        self._disconnect()

    def _connection(self, alias: str) -> psycopg.Connection[Any]:
        """Kept open for the whole run: signing in costs more than emptying the tables."""
        if alias not in self._kept_open:
            self._kept_open[alias] = raw_connection(alias, options=LOCK_TIMEOUT)
        return self._kept_open[alias]

    def _disconnect(self) -> None:
        for connection in self._kept_open.values():
            connection.close()
        self._kept_open.clear()
        point_at(self.home)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of a run makes the template; the others wait for it."""
        self.maintenance.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            self.maintenance.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _names(self, pattern: str) -> list[str]:
        found = self.maintenance.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]
        )
        return [row[0] for row in found]

    def _run(self, statement: str, *names: str) -> None:
        identifiers = [sql.Identifier(name) for name in names]
        self.maintenance.execute(sql.SQL(statement).format(*identifiers))


_ORGANIZATIONS_AGAIN = """
INSERT INTO tenants_organization
SELECT * FROM jsonb_populate_recordset(NULL::tenants_organization, %s)"""
_KEYS_AGAIN = """
INSERT INTO tenants_datakey OVERRIDING SYSTEM VALUE
SELECT * FROM jsonb_populate_recordset(NULL::tenants_datakey, %s)"""
_NEW_HEAD = "INSERT INTO audit_audithead (organization_id, seq, mac) VALUES (%s, 0, '')"
