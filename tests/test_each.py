"""Cases that share a test: each is checked, each that failed is named."""

from __future__ import annotations

import pytest

from tests.each import ALONE, check_each, labels_of, parts_of


def test_every_failing_case_is_named_and_every_case_is_checked():
    seen = []

    def check(case):
        seen.append(case)
        if case == "unraised":
            with pytest.raises(ValueError):
                pass
        assert case != "wrong", "what was wrong"
        if case == "broken":
            raise KeyError("what broke")

    with pytest.raises(AssertionError) as failed:
        check_each(["fine", "wrong", "broken", "unraised", "last"], check)
    assert seen == ["fine", "wrong", "broken", "unraised", "last"]
    assert str(failed.value).startswith("wrong, broken, unraised\n")
    assert all(words in str(failed.value) for words in ("what was wrong", "what broke"))


def test_no_case_is_lost_between_the_parts():
    parts = parts_of(list(range(10)), 4)
    assert sorted(case for part in parts for case in part) == list(range(10))
    assert len(parts) == 4


def test_each_is_a_test_of_its_own_where_that_is_asked_for(monkeypatch):
    assert labels_of(parts_of(["a", "b", "c"], 2)) == ["0", "b"]
    monkeypatch.setenv(ALONE, "1")
    assert labels_of(parts_of(["a", "b", "c"], 2)) == ["a", "b", "c"]
