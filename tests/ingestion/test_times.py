"""When a recording began, whatever the cart's clock says of zones."""

from __future__ import annotations

import datetime as dt

import pytest

from apps.ecg.formats.canonical import DecodedEcg
from apps.ingestion.acquired import acquired
from tests.formats import ecgs


def ecg_at(text: str, offset_minutes: int | None = None) -> DecodedEcg:
    return ecgs.ecg(
        ecgs.waveform(seconds=1),
        acquired_local=dt.datetime.fromisoformat(text) if text else None,
        utc_offset_minutes=offset_minutes,
    )


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-01-05T09:30:00", "Europe/London", "2026-01-05T09:30:00+00:00"),
        ("2026-07-05T09:30:00", "Europe/London", "2026-07-05T08:30:00+00:00"),
        ("2026-07-05T20:30:00", "America/Chicago", "2026-07-06T01:30:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_the_sites(local, zone, utc):
    found = acquired(ecg_at(local), zone)
    assert found.at == dt.datetime.fromisoformat(utc)
    assert (found.local, found.zone, found.warnings) == (local, zone, ())


def test_a_stated_offset_wins_over_the_sites_zone():
    found = acquired(ecg_at("2026-07-05T09:30:00", -330), "Europe/London")
    assert found.at == dt.datetime(2026, 7, 5, 15, 0, tzinfo=dt.UTC)
    assert found.local == "2026-07-05T09:30:00"
    assert found.zone == "UTC-05:30"


def test_a_file_without_a_time_has_none():
    found = acquired(ecg_at(""), "Europe/London")
    assert (found.at, found.local, found.zone) == (None, "", "")


def test_the_hour_that_happens_twice_is_the_first_and_says_so():
    found = acquired(ecg_at("2026-10-25T01:30:00"), "Europe/London")
    assert found.at == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    [warning] = found.warnings
    assert warning.code == "time-in-clock-change"
    assert "hour later" in warning.message


def test_the_hour_that_never_was_says_so():
    found = acquired(ecg_at("2026-03-29T01:30:00"), "Europe/London")
    [warning] = found.warnings
    assert found.at is not None
    assert "did not exist" in warning.message


@pytest.mark.parametrize(
    "local", ["2026-10-25T00:59:59", "2026-10-25T02:00:00", "2026-03-29T00:59:59"]
)
def test_the_hours_around_a_clock_change_are_certain(local):
    assert acquired(ecg_at(local), "Europe/London").warnings == ()


def test_an_offset_makes_the_doubtful_hour_certain():
    found = acquired(ecg_at("2026-10-25T01:30:00", 0), "Europe/London")
    assert found.at == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    assert found.warnings == ()
