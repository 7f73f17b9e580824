"""Mutants of the code: each lives in a process of its own, where the suite's tests look for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections

from tests.mutants.mutant import Run

ROOT = Path(__file__).resolve().parents[2]
# What a set-up that a mutant breaks leaves open is no matter; that it failed is said by its report.
WITHOUT = ("cacheprovider", "xdist", "randomly", "unraisableexception")
QUIET = ["-q", "-x", "--no-header", *(part for name in WITHOUT for part in ("-p", f"no:{name}"))]
PASSED, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class CodeMutant:
    """`change` is done in the process; `tests` are the paths or names that should notice."""

    kind: str
    name: str
    change: Callable[[], object]
    tests: tuple[str, ...]

    def caught_by(self, run: Run) -> str:
        """Raises where the tests cannot be run at all: that is no proof of anything."""
        if "tests" in run.without:
            return ""
        for alias in connections:
            connections[alias].close()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os._exit(_looked_for(self, writing))
        os.close(writing)
        with os.fdopen(reading) as said:
            failed = said.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in (PASSED, FAILED) or (code == FAILED) != bool(failed):
            raise RuntimeError(f"{self.name}: the tests ended with {code}")
        return failed


class FirstFailure:
    """A pytest plugin: the tests in the order they are given in, and the name of what failed."""

    name = ""

    def __init__(self, tests: tuple[str, ...]) -> None:
        self.tests = tests

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tests without a database are the quick ones; pytest-django would put them last."""
        place = {name: place for place, name in enumerate(self.tests)}
        items.sort(
            key=lambda item: place.get(item.nodeid, place.get(item.nodeid.split("::")[0], 0))
        )

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid.split("::")[-1].partition("[")[0]


def _looked_for(mutant: CodeMutant, writing: int) -> int:
    os.environ["PYTEST_XDIST_WORKER"] = f"mutant{os.getpid()}"
    _silence()
    first = FirstFailure(mutant.tests)
    try:
        mutant.change()
        code = int(pytest.main([*QUIET, *mutant.tests], plugins=[first]))
    except BaseException:
        # A failure that was told stays one, also where the run then ends in an error.
        if not first.name:
            return 99
        code = FAILED
    os.write(writing, first.name.encode())
    return code


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(nowhere, stream.fileno())
