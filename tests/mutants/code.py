"""Mutants of the code: each lives in a process of its own, where the suite's tests look for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.mutants.mutant import Run


@dataclass(frozen=True, slots=True)
class CodeMutant:
    """`change` is done in the process; `tests` are the paths or names that should notice."""

    kind: str
    name: str
    change: Callable[[], object]
    tests: tuple[str, ...]

    def caught_by(self, run: Run) -> str:
        """Raises Untried where the tests cannot be run at all."""
        if "tests" in run.without:
            return ""
        assert run.tests
        return run.tests.failure(self.change, self.tests)
