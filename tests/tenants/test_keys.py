"""Replacing and destroying keys: old data stays readable until it shall not."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from apps.core.blobs.sealing import Unsealable
from apps.core.kek.chosen import key_encryption
from apps.core.kek.engine import CannotDestroy, KekUnavailable
from apps.tenants import blobs, keyrings, keys
from apps.tenants.keys import (
    KeysDestroyed,
    NotAllowed,
    destroy_keys,
    ensure_data_key,
    forget_older_keks,
    rewrap_data_keys,
    rotate_data_key,
)
from apps.tenants.models import DataKey, Organization
from tests.core.kek_places import token_file, transit_server
from tests.database import committed
from tests.factories import inside
from tests.tenants.keys import (
    as_a_new_process,
    events_of,
    keys_of,
    new_organization,
    own_kek_file,
    staff,
    states_of,
)

pytestmark = committed


@pytest.fixture
def place(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path / "blobs"
    own_kek_file(settings, tmp_path)
    made = new_organization()
    yield made
    keyrings.forget(made.pk)


def put(place, data):
    return blobs.put(place.pk, "raw", [data]).sha256


def get(place, sha256):
    return blobs.get(place.pk, "raw", sha256)


def test_after_a_rotation_old_and_new_are_readable(place):
    old = put(place, b"old")
    rotate_data_key(place)
    new = put(place, b"new")
    as_a_new_process(place)
    assert (get(place, old), get(place, new)) == (b"old", b"new")
    assert states_of(place) == ["retired", "active"]
    assert len(events_of(place, "rotated")) == 1


def test_only_one_key_is_active(place):
    (row,) = keys_of(place)
    with pytest.raises(IntegrityError), inside(place):
        DataKey.objects.create(organization=place, name="b", kek_id="k", wrapped=b"x")
    with pytest.raises(IntegrityError), inside(place):
        DataKey.objects.filter(pk=row.pk).update(state="destroyed")


def test_a_second_first_key_is_not_made(place):
    with inside(place):
        assert ensure_data_key(place) is None
    assert len(keys_of(place)) == 1


def test_keys_are_wrapped_again_and_the_older_wrapping_opens_until_it_is_forgotten(place):
    stored = put(place, b"x")
    rotate_data_key(place)
    before = keys_of(place)
    assert rewrap_data_keys(place) == 2
    assert {key.kek_id for key in keys_of(place)}.isdisjoint(key.kek_id for key in before)
    assert len(keyrings.unwrap(before[0])) == 32
    forget_older_keks(place)
    as_a_new_process(place)
    assert get(place, stored) == b"x"
    with pytest.raises(keyrings.KekGone):
        keyrings.unwrap(before[0])


def test_wrapping_that_was_broken_off_is_finished_not_begun_anew(place, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(keys, "wrap_key", killed)
        with pytest.raises(KeyboardInterrupt):
            rewrap_data_keys(place)
    newest = key_encryption().ids(str(place.public_id))[-1]
    assert rewrap_data_keys(place) == 1
    assert [key.kek_id for key in keys_of(place)] == [newest]
    forget_older_keks(place)
    assert key_encryption().ids(str(place.public_id)) == [newest]


def test_keys_in_a_transit_server_do_all_of_it(settings, tmp_path, lakeside):
    settings.BLOB_ROOT = tmp_path / "blobs"
    settings.KEK_FILE, settings.KEK_TOKEN_FILE = "", str(token_file(tmp_path))
    with transit_server() as settings.KEK_URL:
        place = new_organization("transit")
        stored = put(place, b"x")
        assert rewrap_data_keys(place) == 1
        forget_older_keks(place)
        as_a_new_process(place)
        assert get(place, stored) == b"x"
        destroy_keys(place, by=staff(), reason="left")
        with pytest.raises(Unsealable, match="blob-key-gone"):
            get(place, stored)


def test_destroyed_keys_open_nothing_and_only_theirs(place, lakeside, settings):
    stored, other = put(place, b"x"), blobs.put(lakeside.pk, "raw", [b"y"]).sha256
    rotate_data_key(place)
    assert destroy_keys(place, by=staff(), reason="The customer left.") == 2
    with pytest.raises(Unsealable, match="blob-key-gone"):
        get(place, stored)
    with pytest.raises(Unsealable, match="blob-key-gone"):
        put(place, b"more")
    assert blobs.get(lakeside.pk, "raw", other) == b"y"
    assert {(key.state, key.wrapped) for key in keys_of(place)} == {("destroyed", None)}
    assert str(place.public_id) not in (key_encryption()._path).read_text()


def test_who_destroyed_keys_and_why_is_kept(place, settings):
    settings.SHRED_PERSONS = 2
    by, second = staff(), staff()
    destroy_keys(place, by=by, second=second, reason="The customer left.")
    (key,) = keys_of(place)
    assert (key.destroyed_by_id, key.destroyed_reason) == (by.pk, "The customer left.")
    (event,) = events_of(place, "destroyed")
    assert event == {"reason": "The customer left.", "approver": str(second.public_id)}


def test_destruction_that_was_broken_off_is_completed(place, monkeypatch):
    stored, by = put(place, b"x"), staff()
    with monkeypatch.context() as crashing:
        crashing.setattr(type(key_encryption()), "destroy", _away)
        with pytest.raises(KekUnavailable):
            destroy_keys(place, by=by, reason="left")
    assert states_of(place) == ["active"]
    assert get(place, stored) == b"x"
    key_encryption().destroy(str(place.public_id))
    assert destroy_keys(place, by=by, reason="left") == 1
    assert destroy_keys(place, by=by, reason="left") == 0
    assert len(events_of(place, "destroyed")) == 1


def _away(*_):
    raise KekUnavailable


def test_a_destroyed_organization_gets_no_new_key(place):
    destroy_keys(place, by=staff(), reason="left")
    with inside(place):
        assert ensure_data_key(place) is None
    with pytest.raises(KeysDestroyed):
        rotate_data_key(place)
    assert rewrap_data_keys(place) == 0


@pytest.mark.parametrize("persons", ["outsider", "left", "alone", "the same twice"])
def test_keys_are_destroyed_by_enough_platform_staff_only(place, settings, persons):
    settings.SHRED_PERSONS = 2
    by = staff(is_staff=persons != "outsider", is_active=persons != "left")
    second = {"alone": None, "the same twice": by}.get(persons, staff())
    with pytest.raises(NotAllowed):
        destroy_keys(place, by=by, second=second, reason="left")
    assert states_of(place) == ["active"]
    assert destroy_keys(place, by=staff(), second=staff(), reason="left") == 1


def test_the_reserved_organizations_keys_are_never_destroyed(place):
    platform = Organization.objects.using("platform").get(slug="platform")
    with pytest.raises(NotAllowed, match="platform-organization"):
        destroy_keys(platform, by=staff(), reason="left")


def test_one_wrapping_key_for_all_refuses_to_destroy(settings, tmp_path):
    settings.KEK_FILE = ""
    settings.KEK = '{"active": "a", "keys": {"a": "' + "A" * 43 + '="}}'
    place = new_organization("shared")
    with pytest.raises(CannotDestroy, match="every organization"):
        destroy_keys(place, by=staff(), reason="left")
    assert states_of(place) == ["active"]
    keyrings.forget(place.pk)


def test_another_process_hears_of_the_destruction(place, settings, monkeypatch):
    settings.DATA_KEY_CHECK_SECONDS = 0
    stored = put(place, b"x")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(keyrings, "forget", lambda _: None)
        destroy_keys(place, by=staff(), reason="left")
    with pytest.raises(Unsealable, match="blob-key-gone"):
        get(place, stored)
