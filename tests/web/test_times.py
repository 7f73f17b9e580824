"""Times in the place's zone, waiting times, ages."""

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from apps.web.identity import age
from apps.web.times import acquired, day, day_and_clock, moment, waited, zone_of

LONDON, CHICAGO = ZoneInfo("Europe/London"), ZoneInfo("America/Chicago")
AT = dt.datetime(2026, 8, 1, 13, 2, 24, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/London", "01-Aug-2026 14:02:24 BST"),
        ("America/Chicago", "01-Aug-2026 08:02:24 CDT"),
        ("America/Sao_Paulo", "01-Aug-2026 10:02:24 UTC-03"),
    ],
)
def test_a_moment_names_its_zone(zone, text):
    assert moment(AT, ZoneInfo(zone)) == text


def test_a_recording_without_utc_time_shows_what_the_file_wrote():
    recording = SimpleNamespace(acquired_at=None, acquired_local="2026-08-01T14:02:24")
    assert acquired(recording) == "2026-08-01T14:02:24"
    assert acquired(SimpleNamespace(acquired_at=None, acquired_local="")) == "Not known"


def test_the_zone_is_the_sites_else_the_organizations():
    organization = SimpleNamespace(time_zone="Europe/London")
    site = SimpleNamespace(time_zone="America/Chicago")
    assert zone_of(SimpleNamespace(site=site, organization=organization)) == CHICAGO
    assert zone_of(SimpleNamespace(site=None, organization=organization)) == LONDON


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 min"),
        (22, "22 min"),
        (61, "1 h 01 min"),
        (599, "9 h 59 min"),
        (600, "10 h"),
        (1440, "1 d 00 h"),
        (-5, "0 min"),
    ],
)
def test_waiting_times_are_short(minutes, text):
    assert waited(AT - dt.timedelta(minutes=minutes), AT) == text


def test_a_time_of_today_needs_no_day():
    assert day_and_clock(AT, LONDON, AT) == "14:02:24"
    assert day_and_clock(AT, LONDON, AT + dt.timedelta(days=1)) == "01-Aug-2026 14:02"


@pytest.mark.parametrize(
    ("born", "text"),
    [
        (dt.date(1952, 3, 14), "74 y"),
        (dt.date(1952, 8, 2), "73 y"),
        (dt.date(2025, 7, 30), "12 mo"),
        (dt.date(2026, 7, 20), "12 d"),
        (dt.date(2026, 8, 2), ""),
        (None, ""),
    ],
)
def test_ages_are_in_the_units_of_their_time_of_life(born, text):
    assert age(born, dt.date(2026, 8, 1)) == text


def test_an_unknown_day_says_so():
    assert day(None) == "Not known"
