"""A query that is asked again and again: built and compiled once, then asked with new values."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from apps.core.scope import required_organization

Value = int | str | dt.datetime

# Stand for a value until it is known: no row has such a number or text, nothing happened then.
NUMBERS = 2**62
TEXTS = "stands for value"
MOMENTS = dt.datetime(1000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class _Held:
    rows: QuerySet[Any, Any]
    compiler: Any
    sql: str
    # Each parameter, and the name of the value it stands for.
    parameters: list[tuple[Any, str | None]]


class Compiled:
    """Calls `build` once for each combination of choices, with something that stands for every
    value; the values may appear in the query as they are, and nowhere else.

    What is returned is asked as it is: to narrow it raises.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._held: dict[tuple[Hashable, ...], _Held] = {}

    def __call__(self, *choices: Hashable, **values: Value) -> QuerySet[Any, Any]:
        required_organization()
        held = self._held.get(choices)
        if held is None:
            held = self._held[choices] = self._compiled(choices, values)
        return _asked(held, values)

    def _compiled(self, choices: tuple[Hashable, ...], values: dict[str, Value]) -> _Held:
        standing = {
            name: _standing_for(value, place) for place, (name, value) in enumerate(values.items())
        }
        rows = self._build(*choices, **standing)
        compiler = rows.query.get_compiler(using=rows.db)
        sql, given = compiler.as_sql()
        names = {value: name for name, value in standing.items()}
        parameters = [(one, names.get(one) if isinstance(one, Value) else None) for one in given]
        missing = set(values) - {name for _, name in parameters}
        if missing:
            raise ValueError(f"no parameter of the query is {', '.join(sorted(missing))}")
        # Django narrows no part of a list: what is asked is the statement that is ready.
        rows.query.set_limits(high=NUMBERS)
        return _Held(rows, compiler, sql, parameters)


def _standing_for(value: Value, place: int) -> Value:
    if isinstance(value, dt.datetime):
        return MOMENTS + dt.timedelta(days=place)
    if isinstance(value, str):
        return f"{TEXTS} {place}"
    return NUMBERS + place


def _asked(held: _Held, values: dict[str, Value]) -> QuerySet[Any, Any]:
    rows, compiler = held.rows.all(), copy.copy(held.compiler)
    compiler.query, compiler.connection = rows.query, connections[rows.db]
    given = tuple(one if name is None else values[name] for one, name in held.parameters)
    compiler.as_sql = lambda *_, **__: (held.sql, given)
    rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    return rows
