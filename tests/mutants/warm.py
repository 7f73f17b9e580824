"""One pytest run that has collected every test and made its database; it forks for each mutant."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from itertools import pairwise

import pytest

from tests.each import ALONE

# What a set-up that a mutant breaks leaves open is no matter; that it failed is said by its report.
WITHOUT = ("terminal", "cacheprovider", "xdist", "randomly", "unraisableexception")
QUIET = ["--override-ini=addopts=", "--capture=no"]
QUIET += [part for name in WITHOUT for part in ("-p", f"no:{name}")]
# Passes, and asks for what all tests of a database share: it is made before anything is changed.
FIRST = "tests/isolation/test_scope.py::test_without_a_transaction_even_a_scope_sees_no_row"
BROKEN = 99

Change = Callable[[], object]


class Untried(Exception):
    """The change cannot be made, or its tests cannot be run: that proves nothing."""


def with_tests(names: Iterable[str], work: Callable[[Tests], int]) -> int:
    """What `work` answers, called with those tests (paths or names), collected and not run."""
    os.environ["PYTEST_XDIST_WORKER"] += "_tests"
    os.environ[ALONE] = "1"
    tests = Tests(work)
    code = pytest.main([*QUIET, FIRST, *dict.fromkeys(names)], plugins=[tests])
    if tests.answer is None:
        raise RuntimeError(f"the tests cannot be collected: pytest ended with {int(code)}")
    return tests.answer


class Tests:
    """A pytest plugin whose run is `work`."""

    answer: int | None = None
    failed = ""

    def __init__(self, work: Callable[[Tests], int]) -> None:
        self.work = work
        self.items: dict[str, pytest.Item] = {}
        self.caught: Counter[str] = Counter()
        self.sound: set[str] = set()

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Fixtures that count queries ask for it; the terminal, which brings it, is off."""
        parser.addoption("--verbose", type=int, default=0)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        self._run([FIRST], next(name for name in self.items if name != FIRST))
        if not (session.testsfailed or self.failed):
            with _unblocked(session.config):
                self.answer = self.work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def failure(self, change: Change, names: tuple[str, ...]) -> str:
        """The name of the first test that fails after the change and passes without it, in a
        process of its own; empty when all pass. Raises Untried, also where that test fails
        without the change too.
        """
        failed = self._first_failed(change, self._of(names))
        if failed and failed not in self.sound:
            if self._first_failed(_nothing, [failed]):
                raise Untried(f"nothing was changed, and yet {failed} failed")
            self.sound.add(failed)
        self.caught[failed] += 1
        return failed.split("::")[-1].partition("[")[0]

    def _first_failed(self, change: Change, wanted: list[str]) -> str:
        _let_go(empty=any(self.items[name].get_closest_marker("django_db") for name in wanted))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os._exit(self._looked_for(change, wanted, writing))
        os.close(writing)
        with os.fdopen(reading) as said:
            failed = said.read()
        _, status = os.waitpid(child, 0)
        if code := os.waitstatus_to_exitcode(status):
            raise Untried(f"the tests ended with {code}")
        return failed

    def _of(self, names: tuple[str, ...]) -> list[str]:
        """In the order they are named in, those first that caught others."""
        found = dict.fromkeys(test for name in names for test in self.items if _is(test, name))
        assert found, names
        return sorted(found, key=lambda test: -self.caught[test])

    def _looked_for(self, change: Change, wanted: list[str], writing: int) -> int:
        _silence()
        try:
            _hold_keys()
            change()
            self._run(wanted, FIRST)
        except BaseException:
            # A failure that was told stays one, also where the run then ends in an error.
            if not self.failed:
                return BROKEN
        os.write(writing, self.failed.encode())
        return 0

    def _run(self, wanted: list[str], following: str) -> None:
        """Up to the first failure. What the one that follows them needs, is kept: the database."""
        first = self.items[wanted[0]]
        first.session._setupstate.teardown_exact(first)
        for name, after in pairwise([*wanted, following]):
            item = self.items[name]
            item.ihook.pytest_runtest_protocol(item=item, nextitem=self.items[after])
            if self.failed:
                return


def _unblocked(config: pytest.Config) -> AbstractContextManager[None]:
    # pytest must see this plugin first.
    from pytest_django.plugin import blocking_manager_key

    return config.stash[blocking_manager_key].unblock()


def _nothing() -> None:
    """The change of a run that changes nothing."""


def _is(test: str, name: str) -> bool:
    return test == name or test.startswith((f"{name}::", f"{name}[", f"{name}/"))


def _let_go(*, empty: bool) -> None:
    """No connection is open: a forked process makes its own, and finds nothing of the last one."""
    from tests.conftest import _databases

    for database in _databases:
        if empty:
            database.empty()
        database.let_go()


def _hold_keys() -> None:
    """A forked process holds none of its own accord."""
    from tests.conftest import _databases

    for database in _databases:
        database.hold_standing_keys()


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(nowhere, stream.fileno())
