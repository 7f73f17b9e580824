"""Several reads in one round trip to the database."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apps.core.postgres.several import cursor_of_several


def together(*rows: QuerySet[Any]) -> None:
    """Evaluate every one of the querysets, in one call; each is then as if read by itself.

    They are statements of their own, sent at once: no one's result can be another's condition.
    """
    asked: list[tuple[QuerySet[Any], Any, str, tuple[Any, ...]]] = []
    for one in rows:
        compiler = one.query.get_compiler(using=one.db)
        try:
            asked.append((one, compiler, *compiler.as_sql()))
        except EmptyResultSet:
            len(one)  # asks nothing of the database
    if not asked:
        return
    with cursor_of_several(connection) as cursor:
        values = [value for *_, given in asked for value in given]
        cursor.execute("; ".join(sql for _, _, sql, _ in asked), values)
        for place, (one, compiler, *_) in enumerate(asked):
            if place:
                cursor.nextset()
            _answer(one, compiler, cursor.fetchall())


def _answer(rows: QuerySet[Any], compiler: Any, found: list[tuple[Any, ...]]) -> None:
    """Let the queryset build its objects itself, from rows that are there already."""
    width = compiler.col_count if compiler.has_extra_select else None
    compiler.execute_sql = lambda *_, **__: iter([[row[:width] for row in found]])
    rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    len(rows)
    del rows.query.get_compiler


def attach(parents: list[Any], rows: QuerySet[Any], *, name: str, key: str) -> None:
    """Make rows that were read beside their parents what `parent.name.all()` gives.

    `key` names the field in which a row holds its parent's key.
    """
    for parent in parents:
        held = getattr(parent, name).all()
        held._result_cache = [row for row in rows if getattr(row, key) == parent.pk]
        held._prefetch_done = True
        parent.__dict__.setdefault("_prefetched_objects_cache", {})[name] = held
