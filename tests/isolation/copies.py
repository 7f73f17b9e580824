"""Copies of the test database that a test may break."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg import sql

from tests.database import point_at, raw_connection


def run_template() -> str:
    """The database every process of this run began from."""
    run = connections["default"].settings_dict["NAME"].split("_")[1]
    return f"test_{run}_template"


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """All aliases at a new copy of a database that nobody is connected to; dropped at the end."""
    home = connections["default"].settings_dict["NAME"]
    name = f"{template.removesuffix('_template')}_{uuid.uuid4().hex[:8]}"
    with raw_connection("owner", dbname="postgres") as maintenance:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        maintenance.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            point_at(name)
            yield name
        finally:
            point_at(home)
            drop = sql.SQL("DROP DATABASE {}").format(sql.Identifier(name))
            maintenance.execute(drop)


def as_owner(statement: str) -> None:
    with raw_connection("owner") as raw:
        raw.execute(statement)
