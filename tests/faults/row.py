"""The rows of the fault matrix: a number, what goes wrong, and what must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.world import World

Trial = Callable[[World], None]


@dataclass(frozen=True, slots=True)
class Row:
    """`trial` does the harm, lets the product recover, and asserts what is special to the row."""

    number: int
    fault: str
    trial: Trial


ROWS: list[Row] = []


def row(number: int, fault: str) -> Callable[[Trial], Trial]:
    def registered(trial: Trial) -> Trial:
        ROWS.append(Row(number, fault, trial))
        return trial

    return registered
