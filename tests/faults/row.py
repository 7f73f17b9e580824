"""The rows of the fault matrix: a number, what goes wrong, and what must hold."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.world import World

Trial = Callable[[World], None]
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@dataclass(frozen=True, slots=True)
class Row:
    """`trial` does the harm, lets the product recover, and asserts what is special to the row.

    It `needs` these programs. One that is `dear` is left to `make faults`.
    """

    number: int
    fault: str
    trial: Trial
    needs: tuple[str, ...] = ()
    dear: bool = False

    def missing(self) -> list[str]:
        return [name for name in self.needs if not shutil.which(name, path=PATH)]


ROWS: list[Row] = []


def row(
    number: int, fault: str, *, needs: tuple[str, ...] = (), dear: bool = False
) -> Callable[[Trial], Trial]:
    def registered(trial: Trial) -> Trial:
        ROWS.append(Row(number, fault, trial, needs, dear))
        return trial

    return registered
