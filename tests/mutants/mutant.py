"""One border removed, and whether anything noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tests.mutants.warm import Tests


@dataclass(frozen=True, slots=True)
class Run:
    """What all mutants of a run share: the databases' names, proofs left out, the tests."""

    template: str
    world: str
    without: frozenset[str] = frozenset()
    tests: Tests | None = None


class Mutant(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    def caught_by(self, run: Run) -> str:
        """The proof or test that failed; empty when all of them held."""
        ...
