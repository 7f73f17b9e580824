"""accept(): bytes sealed and flushed, row and audit committed, then the answer."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from apps.core.scope import organization_scope
from apps.ingestion.actions import accept
from tests.bench import files
from tests.bench.cost import costs_of
from tests.bench.place import demo_organization, state_folder
from tests.bench.rows import Row, Size, beside, within
from tests.database import raw_connection

ACCEPT_MS = 12.0


def accepting(size: Size) -> Iterator[Row]:
    organization = demo_organization()
    data = iter(files.variants(size.runs + 2))

    def ours() -> None:
        with organization_scope(organization.pk):
            key = uuid.uuid4().hex
            accept(source="web", chunks=[next(data)], filename="ecg.dcm", idem_key=key)

    with raw_connection("owner", autocommit=False) as connection:
        bare = _bare(connection, state_folder() / "bare")
        own, peer = costs_of([ours, bare], size.runs)
    yield within("accept a 290 kB file, CPU of the process", own, ACCEPT_MS)
    yield beside("accept, wall", own, "write + fsync + rename + INSERT + commit", peer, wall=True)


def _bare(connection: psycopg.Connection[Any], folder: Path) -> Callable[[], None]:
    """The least that keeps a file and a row: nothing sealed, nothing hashed, nothing audited."""
    folder.mkdir()
    connection.execute(
        "CREATE TABLE bare_row (id bigserial PRIMARY KEY, name text, at timestamptz)"
    )
    connection.commit()
    numbers = itertools.count()

    def work() -> None:
        target = folder / str(next(numbers))
        with open(target.with_suffix(".part"), "wb") as out:
            out.write(files.real())
            out.flush()
            os.fsync(out.fileno())
        target.with_suffix(".part").rename(target)
        _flush(folder)
        connection.execute("INSERT INTO bare_row (name, at) VALUES (%s, now())", [target.name])
        connection.commit()

    return work


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
