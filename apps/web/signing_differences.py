"""Where a reader differs from the machine, as the sign page lists it before the password."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.reports.printed_numbers import label_of
from apps.reports.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Difference:
    what: str
    reader: str
    machine: str


def differences(snapshot: Snapshot) -> list[Difference]:
    """Numbers that are the reader's, then statements that were overridden, in the order printed."""
    return [*_numbers(snapshot), *_overridden(snapshot)]


def _numbers(snapshot: Snapshot) -> Iterator[Difference]:
    machine = {row["name"]: row for row in snapshot["measurements"] if row["source"] == "platform"}
    for row in snapshot["measurements"]:
        if row["source"] == "human":
            was = machine.get(row["name"])
            beside = f"machine {_whole(was)}" if was else "not measured by the machine"
            yield Difference(label_of(row["name"]), _whole(row), f"{beside} · {row['by']}")


def _whole(row: dict[str, Any]) -> str:
    return f"{round(float(row['value']))} {row['unit']}"


def _overridden(snapshot: Snapshot) -> Iterator[Difference]:
    for text, decision in _decided(snapshot):
        if decision is not None and decision["verdict"] == "overridden":
            yield Difference("Overridden", text, f"{decision['reason']} · {decision['by']}")


def _decided(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    for row in snapshot["statements"]:
        yield row["text"], row["decision"]
    for result in snapshot["algorithm_results"]:
        yield from zip(result["statements"], result["decisions"], strict=True)
