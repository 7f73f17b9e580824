"""The databases of a run: a template, and a world with a row of everything in two organizations."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from psycopg import sql

from tests.database import TestDatabase, point_at, raw_connection
from tests.mutants.mutant import Run


@contextmanager
def databases(without: frozenset[str]) -> Iterator[Run]:
    """Beside those of a test run that is going on, made from the same template."""
    os.environ.setdefault("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex[:12])
    os.environ.setdefault("PYTEST_XDIST_WORKER", "mutants")
    with tempfile.TemporaryDirectory() as blobs:
        settings.BLOB_ROOT = Path(blobs)
        database = TestDatabase()
        database.create()
        try:
            with _world(database) as world:
                yield Run(database.template, world, without)
        finally:
            database.destroy()


@contextmanager
def _world(database: TestDatabase) -> Iterator[str]:
    name = f"{database.name}_world"
    with raw_connection("owner", dbname="postgres") as maintenance:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        maintenance.execute(make.format(sql.Identifier(name), sql.Identifier(database.template)))
        try:
            point_at(name)
            _fill()
            point_at(database.name)
            yield name
        finally:
            point_at(database.name)
            maintenance.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _fill() -> None:
    from tests.factories import organization_of
    from tests.isolation.rows import make_row, tenant_models

    for slug in ("mercy", "lakeside"):
        organization = organization_of(slug)
        for model in tenant_models():
            make_row(model, organization)
