"""Many cases of one promise in one test, which share what is dear to make."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable
from typing import Any

import pytest

ALONE = "TESTS_EACH_ALONE"
FAULTS = (Exception, pytest.fail.Exception)


def check_each(cases: Iterable[Any], check: Callable[[Any], None]) -> None:
    """Every case is checked, whatever became of those before; fails with the names of all that
    failed, then with what was wrong with each.
    """
    faults: dict[str, str] = {}
    for case in cases:
        try:
            check(case)
        except FAULTS as fault:
            faults[str(case)] = "".join(traceback.format_exception(fault))
    assert not faults, "\n\n".join([", ".join(faults), *faults.values()])


def parts_of(cases: list[Any], count: int) -> list[list[Any]]:
    """All cases, spread over so many tests that processes share them out.

    Where a run asks for it each is a test of its own, by its name.
    """
    if os.environ.get(ALONE):
        return [[case] for case in cases]
    return [cases[first::count] for first in range(count)]


def labels_of(parts: list[list[Any]]) -> list[str]:
    return [str(part[0] if len(part) == 1 else place) for place, part in enumerate(parts)]
