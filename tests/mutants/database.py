"""The databases of a run: a template, and a world with a row of everything in two organizations.

The world is for mutants of the schema; those of the code are looked for by tests that make their
own rows.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from psycopg import sql

from tests.database import TestDatabase, point_at, raw_connection
from tests.mutants.mutant import Mutant
from tests.mutants.schema import SchemaMutant


@contextmanager
def databases() -> Iterator[TestDatabase]:
    """Beside those of a test run that is going on, made from the same template."""
    os.environ.setdefault("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex[:12])
    os.environ.setdefault("PYTEST_XDIST_WORKER", "mutants")
    with tempfile.TemporaryDirectory() as blobs:
        settings.BLOB_ROOT = Path(blobs)
        database = TestDatabase()
        database.create()
        try:
            yield database
        finally:
            database.destroy()


@contextmanager
def world_for(mutants: Iterable[Mutant], database: TestDatabase) -> Iterator[str]:
    """The name of its database; empty where none of the mutants needs it."""
    if not any(isinstance(mutant, SchemaMutant) for mutant in mutants):
        yield ""
        return
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
