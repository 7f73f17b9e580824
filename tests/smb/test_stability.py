"""No longer written: so many looks and so many seconds without a change."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ingestion.model_rules import ProcessingRules
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.smb.stability import Delays, begin_again, delays_of, may_be_taken, observe

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
USUAL = Delays(rest_s=10, unfinished_s=900)


@pytest.fixture
def row():
    fresh = ShareFile()
    begin_again(fresh, "v1", 5, NOW)
    return fresh


def after(seconds):
    return NOW + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("looks_at", "ready"),
    [([5, 10], True), ([5, 9], False), ([10], False), ([1, 2, 3, 9.9], False), ([0, 0, 60], True)],
)
def test_three_looks_and_ten_seconds_are_needed(row, looks_at, ready):
    for seconds in looks_at:
        observe(row, "v1", 5, after(seconds))
    assert may_be_taken(row, after(looks_at[-1]), USUAL) == ready


def test_every_change_begins_again(row):
    for version, seconds in [("v1", 5), ("v2", 10), ("v2", 15)]:
        observe(row, version, 6, after(seconds))
        assert not may_be_taken(row, after(seconds), USUAL)
    observe(row, "v2", 6, after(20))
    assert may_be_taken(row, after(20), USUAL)


def test_what_was_gone_begins_again(row):
    row.looks, row.state = 9, ShareFile.State.GONE
    observe(row, "v1", 5, after(60))
    assert (row.looks, row.state) == (1, "waiting")


def test_what_was_not_whole_is_read_again_when_it_is_overdue_or_changed(row):
    row.state = ShareFile.State.INCOMPLETE
    observe(row, "v1", 5, after(899))
    assert not may_be_taken(row, after(899), USUAL)
    assert may_be_taken(row, after(900), USUAL)
    observe(row, "v2", 9, after(901))
    assert row.state == "waiting"


@pytest.mark.parametrize(
    ("state", "ready"), [("accepted", True), ("settled", False), ("refused", False)]
)
def test_only_what_is_not_yet_archived_is_worked_on_again(row, state, ready):
    row.state = state
    assert may_be_taken(row, NOW, USUAL) == ready


@pytest.mark.parametrize(
    ("rest", "unfinished", "delays"),
    [(None, None, USUAL), (60, None, Delays(60, 900)), (None, 1, Delays(10, 60))],
)
def test_an_organization_may_wait_otherwise_than_the_installation(
    settings, rest, unfinished, delays
):
    settings.SMB_STABLE_SECONDS, settings.SMB_INCOMPLETE_SECONDS = 10, 900
    rules = ProcessingRules(share_rest_seconds=rest, share_unfinished_minutes=unfinished)
    assert delays_of(rules) == delays
