"""docs/accuracy.md is of the algorithm as it is; its figures take `make accuracy`."""

from __future__ import annotations

import pytest

from apps.ecg.signal import VERSION
from tests.accuracy import document
from tests.accuracy.__main__ import DOCUMENT


def test_the_document_is_of_this_version() -> None:
    assert f" {VERSION};" in DOCUMENT.read_text(), "run make accuracy"


@pytest.mark.parametrize("part", [document.INTRODUCTION, document.TRUTH, document.NOTES])
def test_what_it_explains_is_current(part: str) -> None:
    assert part in DOCUMENT.read_text(), "run make accuracy"


@pytest.mark.parametrize("name", document.NAMED)
def test_every_statement_that_is_judged_has_its_figures(name: str) -> None:
    assert DOCUMENT.read_text().count(f"\n| {name} |") >= 3
