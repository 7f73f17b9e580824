"""Every place of key-encryption keys wraps for one owner and one purpose only."""

from __future__ import annotations

import pytest

from apps.core.kek.engine import CannotDestroy, KekGone, NotGenuine
from tests.core.kek_places import place

KINDS = ("file", "shared", "transit")
OWN = ("file", "transit")
KEY = b"D" * 32
A, B = "0a1b2c3d-0000-4000-8000-00000000000a", "0a1b2c3d-0000-4000-8000-00000000000b"


@pytest.fixture
def keys(request, tmp_path):
    with place(request.param, tmp_path) as made:
        yield made


every = pytest.mark.parametrize("keys", KINDS, indirect=True)
each_own = pytest.mark.parametrize("keys", OWN, indirect=True)


@every
def test_a_wrapped_key_is_unwrapped_and_is_not_the_key(keys):
    kek_id, wrapped = keys.wrap(A, KEY, b"k1")
    assert keys.unwrap(kek_id, wrapped, b"k1") == KEY
    assert KEY not in wrapped
    assert len(kek_id) <= 80
    assert keys.ids(A)[-1] == kek_id


@every
def test_the_same_key_is_wrapped_differently_each_time(keys):
    assert keys.wrap(A, KEY, b"k1").wrapped != keys.wrap(A, KEY, b"k1").wrapped


@every
def test_another_purpose_or_changed_bytes_are_not_genuine(keys):
    kek_id, wrapped = keys.wrap(A, KEY, b"k1")
    with pytest.raises(NotGenuine):
        keys.unwrap(kek_id, wrapped, b"k2")
    end = b"AAAA" if wrapped[-4:] != b"AAAA" else b"BBBB"
    with pytest.raises(NotGenuine):
        keys.unwrap(kek_id, wrapped[:-4] + end, b"k1")


@each_own
def test_each_owner_has_keys_of_its_own(keys):
    mine, hers = keys.wrap(A, KEY, b"k1"), keys.wrap(B, KEY, b"k1")
    assert mine.kek_id != hers.kek_id
    with pytest.raises(NotGenuine):
        keys.unwrap(hers.kek_id, mine.wrapped, b"k1")


@each_own
def test_after_a_renewal_the_new_key_wraps_and_the_old_one_opens(keys):
    old = keys.wrap(A, KEY, b"k1")
    keys.renew(A)
    new = keys.wrap(A, KEY, b"k1")
    assert keys.ids(A) == [old.kek_id, new.kek_id]
    assert keys.unwrap(old.kek_id, old.wrapped, b"k1") == KEY


@each_own
def test_a_forgotten_key_opens_nothing_and_the_newest_stays(keys):
    old = keys.wrap(A, KEY, b"k1")
    keys.renew(A)
    new = keys.wrap(A, KEY, b"k1")
    keys.forget_older(A)
    assert keys.ids(A) == [new.kek_id]
    assert keys.unwrap(new.kek_id, new.wrapped, b"k1") == KEY
    with pytest.raises(KekGone):
        keys.unwrap(old.kek_id, old.wrapped, b"k1")


@each_own
def test_a_destroyed_owners_keys_are_gone_and_only_its(keys):
    mine, hers = keys.wrap(A, KEY, b"k1"), keys.wrap(B, KEY, b"k1")
    keys.renew(A)
    keys.destroy(A)
    keys.destroy(A)
    assert keys.ids(A) == []
    with pytest.raises(KekGone):
        keys.unwrap(mine.kek_id, mine.wrapped, b"k1")
    assert keys.unwrap(hers.kek_id, hers.wrapped, b"k1") == KEY


@each_own
def test_keys_made_again_after_destruction_open_nothing_older(keys):
    old = keys.wrap(A, KEY, b"k1")
    keys.destroy(A)
    keys.wrap(A, KEY, b"k1")
    with pytest.raises((KekGone, NotGenuine)):
        keys.unwrap(old.kek_id, old.wrapped, b"k1")


@pytest.mark.parametrize("keys", ["shared"], indirect=True)
def test_one_key_for_all_cannot_be_destroyed_for_one(keys):
    keys.wrap(A, KEY, b"k1")
    with pytest.raises(CannotDestroy) as refusal:
        keys.destroy(A)
    assert "every organization's data" in str(refusal.value)
