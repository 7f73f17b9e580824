"""What a soak came to, said in one line each and kept in docs/faults.md."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.record import machine, rewrite, section, with_section

TITLE = "Soak"
HEAD = (
    "files", "accepted + linked + quarantined", "killed", "outages", "outcome",
    "acknowledged ms p50 / p95", "acknowledged a second", "to their end a second",
    "largest MB web / worker / sweeper", "all MB web / workers / sweeper", "date", "machine",
)  # fmt: skip
SERVICES = ("web", "qcluster", "sweep")


@dataclass(frozen=True, slots=True)
class Soaked:
    """Seconds are from the first file offered; memory is resident, of one process and of all."""

    offered: int
    outcomes: Counter[str]
    killed: Counter[str]
    outages: int
    answers_s: list[float]
    offered_s: float
    ended_s: float
    largest_mb: Counter[str]
    together_mb: Counter[str]
    faults: tuple[str, ...]

    @property
    def accounts(self) -> tuple[int, int, int]:
        """Accepted, linked to what was there, quarantined: together what was offered."""
        found = self.outcomes
        linked = found["same_bytes"] + found["same_signal"]
        return found["new"], linked, found["quarantined"]

    def percentile_ms(self, share: float) -> int:
        return round(sorted(self.answers_s)[int(len(self.answers_s) * share)] * 1000)

    def cells(self) -> tuple[str, ...]:
        killed = ", ".join(f"{count} {name}" for name, count in sorted(self.killed.items()))
        return (
            str(self.offered),
            " + ".join(map(str, self.accounts)) + f" = {sum(self.accounts)}",
            killed or "none",
            str(self.outages),
            f"{len(self.faults)} faults" if self.faults else "all accounted for, I1 to I8 hold",
            f"{round(statistics.median(self.answers_s) * 1000)} / {self.percentile_ms(0.95)}",
            f"{self.offered / self.offered_s:.1f}",
            f"{self.offered / self.ended_s:.1f}",
            " / ".join(str(self.largest_mb[name]) for name in SERVICES),
            " / ".join(str(self.together_mb[name]) for name in SERVICES),
            dt.datetime.now(dt.UTC).date().isoformat(),
            machine(),
        )


def lines(soaked: Soaked) -> Iterator[str]:
    yield from (f"{name}: {cell}" for name, cell in zip(HEAD, soaked.cells(), strict=True))
    yield from soaked.faults
    yield "Something is lost, twice or not genuine." if soaked.faults else "All accounted for."


def record(soaked: Soaked) -> None:
    """One line a number of files."""
    rewrite(lambda text: with_section(text, TITLE, _with(section(text, TITLE), soaked)))


def _with(kept: list[str], soaked: Soaked) -> list[str]:
    known = {line.split("|")[1].strip(): line for line in kept[2:]}
    known[str(soaked.offered)] = _line(soaked.cells())
    table = sorted(known.items(), key=lambda item: int(item[0]))
    return [_line(HEAD), _line(["---"] * len(HEAD)), *(line for _, line in table)]


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
