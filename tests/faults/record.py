"""What the trials came to, as docs/faults.md: a run replaces the lines of its own rows only."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.row import ROWS

TARGET = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
SCALED, PRODUCTION = "Scaled durations", "Durations of production"
INTRODUCTION = """\
# Faults

Written by `make faults ARGS=--record` and `make soak ARGS=--record`; do not edit. Each fault is
done to the product so many times, at a place or moment that the trial's seed chooses, on a
PostgreSQL that flushes to disk, with real file servers, scanners and processes. After each trial
the product recovers by itself, and what is asked then of both organizations is:

| | must hold |
|---|---|
| I1 | every acknowledged file is in exactly one final state |
| I2 | one recording of each signal, one arrival of each delivery |
| I3 | one charge for each billable event |
| I4 | each effect outside the database once |
| I5 | stored bytes are those of the rows, and no others are stored |
| I6 | the audit trail verifies |
| I7 | nothing is in work past its lease |
| I8 | no row of another organization |

Scaled durations are a lease of 1.5 s and all others alike; those of production are a lease of 60 s.
“s each” is the wall time of a trial with its recovery, on a machine that did other work besides.
"""
HEAD = ("row", "what is broken", "trials", "invariants", "outcome", "s each", "date", "machine")
NOT_YET = ("–",) * 6


@dataclass(frozen=True, slots=True)
class Result:
    """Of one row: `fault` is empty where every trial held, else what did not and in which."""

    number: int
    broken: str
    trials: int
    seconds: float
    violated: tuple[str, ...] = ()
    fault: str = ""

    @property
    def invariants(self) -> str:
        if self.violated:
            return f"{', '.join(self.violated)} violated"
        return "not asked" if self.fault else "I1 to I8"

    def cells(self) -> tuple[str, ...]:
        return (
            str(self.number),
            self.broken,
            str(self.trials),
            self.invariants,
            self.fault or "held",
            f"{self.seconds / max(1, self.trials):.1f}",
            dt.datetime.now(dt.UTC).date().isoformat(),
            machine(),
        )


def record(result: Result, *, production: bool) -> None:
    """Into the table of its durations, beside what earlier runs found of other rows."""
    title = PRODUCTION if production else SCALED
    rewrite(lambda text: with_section(text, title, with_row(section(text, title), result)))


def rewrite(changed: Callable[[str], str]) -> None:
    """The document, by one process at a time."""
    with TARGET.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = changed(file.read())
        file.seek(0)
        file.truncate()
        file.write(text)


def with_row(lines: Iterable[str], result: Result) -> list[str]:
    """The table with that line anew; every row of the matrix has one, others have none."""
    known = {tuple(cells[:2]): tuple(cells) for cells in map(_cells, lines) if len(cells) > 2}
    known[result.cells()[:2]] = result.cells()
    rows = sorted(((one.number, one.fault) for one in ROWS), key=lambda row: row[0])
    keys = [(str(number), fault) for number, fault in rows]
    table = [HEAD, ("---:", "---", "---:", *["---"] * 2, "---:", *["---"] * 2)]
    table += [known.get(key, key + NOT_YET) for key in keys]
    return ["| " + " | ".join(cells) + " |" for cells in table]


def section(text: str, title: str) -> list[str]:
    """The lines under a heading; none where there is no such."""
    _, _, after = text.partition(f"\n## {title}\n\n")
    return after.partition("\n## ")[0].strip().splitlines()


def with_section(text: str, title: str, lines: Iterable[str]) -> str:
    """The document with that section anew, after the others where it is new."""
    parts = (text or INTRODUCTION).split("\n## ")
    titles = [part.partition("\n")[0] for part in parts[1:]]
    found = dict(zip(titles, parts[1:], strict=True))
    found[title] = f"{title}\n\n" + "\n".join(lines) + "\n"
    return "\n## ".join([INTRODUCTION, *found.values()])


def machine() -> str:
    """Its kind, without what names it."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]
