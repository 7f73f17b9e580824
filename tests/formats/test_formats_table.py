"""docs/formats.md is what the code does today, and every transform is within its limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import transforms
from tests.formats_table import DOCUMENT, render
from tests.transforms import EXACT, FILTERED, Row

ROW = Row("filter", "a copy", 10, 1, 2, -2, FILTERED)


def test_the_document_is_current():
    assert DOCUMENT.read_text() == render(), "run make formats"


@pytest.mark.parametrize(
    "change", [{"max_uv": 31}, {"rms_uv": 11}, {"qrs_ms": 7}, {"qt_ms": -7}, {"limit": EXACT}]
)
def test_a_transform_beyond_its_limit_fails(change, monkeypatch):
    assert ROW.is_within()
    monkeypatch.setattr(transforms, "rows", lambda: iter([replace(ROW, **change)]))
    with pytest.raises(AssertionError):
        render()
