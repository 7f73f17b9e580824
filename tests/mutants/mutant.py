"""One border removed, and whether anything noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Run:
    """What all mutants of a run share: the databases' names, and proofs that are left out."""

    template: str
    world: str
    without: frozenset[str] = frozenset()


class Mutant(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    def caught_by(self, run: Run) -> str:
        """The proof or test that failed; empty when all of them held."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    mutant: Mutant
    caught_by: str
