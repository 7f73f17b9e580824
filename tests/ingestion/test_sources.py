"""File shares: each due in its time, each of one organization."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.unwatched import watch
from apps.ingestion.sources import (
    Place,
    check,
    note_polled,
    password_of,
    set_source,
    sources_due,
    tidy,
)
from apps.tenants.claims import Taken
from tests.database import committed
from tests.factories import inside

HERE = Place("files.mercy.example", "ecg", "out", "ecg")


def source(organization, name="Carts", place=HERE, **fields):
    with inside(organization):
        return set_source(organization, name, place, **({"password": "open sesame"} | fields))


@committed
def test_a_source_is_due_when_its_time_has_come_the_longest_waiting_first(mercy):
    now = timezone.now()
    never, late, soon, off = (
        source(mercy, name, replace(HERE, folder=name), poll_seconds=60, **fields)
        for name, fields in [("a", {}), ("b", {}), ("c", {}), ("d", {"is_active": False})]
    )
    with inside(mercy):
        note_polled(late, now - dt.timedelta(seconds=61))
        note_polled(soon, now - dt.timedelta(seconds=59))
        assert sources_due(now) == [never, late]
        assert sources_due(now + dt.timedelta(seconds=2)) == [never, late, soon]
        assert off not in sources_due(now + dt.timedelta(days=1))


@committed
@pytest.mark.parametrize("field", ["added_at", "polled_at"])
@pytest.mark.parametrize(("minutes", "told"), [(24, []), (26, ["Carts"])])
def test_a_share_that_nobody_looks_into_is_told(mercy, field, minutes, told):
    """Ten minutes between looks, and fifteen beyond them."""
    long_ago = timezone.now() - dt.timedelta(minutes=minutes)
    source(mercy, poll_seconds=600)
    source(mercy, "Off", replace(HERE, folder="off"), is_active=False)
    with inside(mercy):
        ShareSource.objects.update(**{field: long_ago})
        assert [finding.subject for finding in watch()] == told
        ShareSource.objects.update(polled_at=timezone.now())
        assert list(watch()) == []


@committed
def test_a_scope_has_only_its_own(mercy, lakeside):
    mine = source(mercy)
    source(lakeside, place=replace(HERE, server="files.lakeside.example"))
    with inside(mercy):
        assert sources_due(timezone.now()) == [mine]


@committed
def test_the_password_is_kept_sealed_and_stays_where_none_is_given(mercy):
    row = source(mercy)
    assert b"open sesame" not in bytes(row.password_sealed)
    assert password_of(source(mercy, password="", poll_seconds=90)) == "open sesame"
    assert password_of(source(mercy, password="another")) == "another"
    with inside(mercy):
        assert ShareSource.objects.get().poll_seconds == 90


@committed
@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, "share"),
        ({"server": "FILES.mercy.example.", "share": "ECG", "username": "b"}, "share"),
        ({"folder": "elsewhere", "username": "b"}, "share"),
        ({"share": "other", "username": "ECG"}, "credential"),
    ],
)
def test_a_share_or_a_user_that_another_has_is_refused(mercy, lakeside, change, what):
    source(lakeside, is_active=False)
    with pytest.raises(Taken) as taken:
        source(mercy, place=replace(HERE, **change))
    assert (taken.value.holder, taken.value.what) == (lakeside, what)
    source(mercy, place=replace(HERE, share="other", username="b"))


def test_a_place_has_one_spelling():
    given = Place("FILES.Mercy.example.", " ecg ", "\\out\\\\day/", " ecg ")
    assert tidy(given) == Place("files.mercy.example", "ecg", "out/day", "ecg")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"server": "files/ecg"}, "the server must be"),
        ({"share": ""}, "the share must be"),
        ({"share": "a\\b"}, "the share must be"),
        ({"folder": "a/../b"}, "the folder must be"),
        ({"folder": "a:b"}, "the folder must be"),
        ({"username": ""}, "needs a user"),
    ],
)
def test_a_place_that_cannot_be_read_is_refused_by_what_is_wrong(change, said):
    reason = check(replace(HERE, **change))
    assert said in reason
    assert bool(reason) == bool(said)
