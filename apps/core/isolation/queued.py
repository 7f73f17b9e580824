"""Rows of the queue are of no organization: they carry no argument, no result, nobody's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django_q.models import OrmQ, Schedule, Task

from apps.core.isolation.catalog import Found
from config.isolation import TASKS

# What a waiting task is made of; its name is random words, and nothing of the caller's is added.
PLAIN = {"id", "name", "func", "args", "kwargs", "started"}
CARRIED = ("args", "kwargs", "result", "hook", "group")


def tasks_carry_nothing() -> Found:
    """Waiting, scheduled, done and failed ones call what is allowed, and hold nothing else."""
    held = [*_waiting(), *_kept("scheduled", Schedule), *_kept("finished", Task)]
    faults = []
    for name, function, carried in held:
        if function not in TASKS:
            faults.append(f"{name} calls what is not allowed")
        faults += [f"{name} carries {part}" for part in carried]
    return Found(len(held), faults)


def _waiting() -> Iterator[tuple[str, str, list[str]]]:
    """One that cannot be opened is nobody's, and at fault for its function."""
    for row in OrmQ.objects.iterator():
        task: dict[str, Any] = row.task
        further = sorted(set(task) - PLAIN)
        yield f"waiting task {row.pk}", task.get("func", ""), further + _filled(task)


def _kept(kind: str, model: Any) -> Iterator[tuple[str, str, list[str]]]:
    for row in model.objects.iterator():
        yield f"{kind} task {row.pk}", row.func, _filled(vars(row))


def _filled(values: dict[str, Any]) -> list[str]:
    return [part for part in CARRIED if not _is_nothing(values.get(part))]


def _is_nothing(value: object) -> bool:
    """Empty, as kept or as written out in a schedule."""
    empty: Iterable[object] = (None, "", "()", "{}", "[]", (), {}, [])
    return any(value == nothing and type(value) is type(nothing) for nothing in empty)
