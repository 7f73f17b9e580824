"""What a process knows of keys: unwrapped once, on the record, followed when it changes."""

from __future__ import annotations

import pytest
from django.db import transaction

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.core.kek.chosen import key_encryption
from apps.core.kek.engine import NotGenuine
from apps.core.scope import organization_scope
from apps.tenants import blobs, keyrings
from apps.tenants.keyrings import keyring_of
from apps.tenants.keys import rotate_data_key
from apps.tenants.models import DataKey
from tests.database import committed
from tests.factories import inside
from tests.tenants.keys import as_a_new_process, events_of, keys_of, new_organization, own_kek_file

pytestmark = committed


@pytest.fixture
def place(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path / "blobs"
    own_kek_file(settings, tmp_path)
    made = new_organization()
    yield made
    keyrings.forget(made.pk)


def test_keys_are_wrapped_in_the_database_and_differ(place, mercy, lakeside):
    (row,) = keys_of(place)
    key = keyring_of(place.pk).key(row.name)
    assert key not in bytes(row.wrapped)
    held = {keyring_of(one.pk).key(keyring_of(one.pk).active) for one in (place, mercy, lakeside)}
    assert len(held) == 3


def test_a_process_unwraps_once_and_says_what_for(place):
    for number in range(3):
        stored = blobs.put(place.pk, "raw", [bytes([number])])
        blobs.get(place.pk, "raw", stored.sha256)
    (name,) = [row.name for row in keys_of(place)]
    assert events_of(place, "unwrapped") == [{"key": [name], "purpose": keyrings.purpose()}]


def test_after_ten_minutes_a_key_is_unwrapped_again(place, settings):
    settings.DATA_KEY_SECONDS = 0
    keyring_of(place.pk)
    keyring_of(place.pk)
    assert len(events_of(place, "unwrapped")) == 2


def test_the_record_stays_when_the_transaction_is_undone(place):
    with inside(place):
        keyring_of(place.pk)
        transaction.set_rollback(True)
    assert len(events_of(place, "unwrapped")) == 1


def test_keys_are_unwrapped_where_nothing_may_be_written(place):
    with organization_scope(place.pk), transaction.atomic():
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        assert keyring_of(place.pk).active
    assert len(events_of(place, "unwrapped")) == 1


def test_a_key_made_elsewhere_is_found_when_it_is_met(place):
    before = keyring_of(place.pk)
    rotate_data_key(place)
    stored = blobs.put(place.pk, "raw", [b"new"])
    keyrings._held[place.pk].ring = before
    assert blobs.get(place.pk, "raw", stored.sha256) == b"new"


def test_a_rotation_elsewhere_is_followed_after_the_check(place, settings, monkeypatch):
    settings.DATA_KEY_CHECK_SECONDS = 0
    first = keyring_of(place.pk).active
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(keyrings, "forget", lambda _: None)
        new = rotate_data_key(place)
    ring = keyring_of(place.pk)
    assert (ring.active, set(ring.keys)) == (new.name, {first, new.name})
    assert len(events_of(place, "unwrapped")) == 2


def test_keys_that_cannot_be_reached_are_worth_another_try_and_on_the_record(place, settings):
    settings.KEK_FILE += ".away"
    for _ in range(3):
        with pytest.raises(RetryableError, match="keys-unavailable"):
            keyring_of(place.pk)
    assert [event["code"] for event in events_of(place, "refused")] == ["keys-unavailable"]


def test_a_key_of_another_row_is_not_genuine(place, mercy):
    (theirs,) = keys_of(mercy)
    with inside(place):
        DataKey.objects.update(kek_id=theirs.kek_id, wrapped=theirs.wrapped)
    as_a_new_process(place)
    with pytest.raises(Unsealable, match="blob-key-gone"):
        blobs.put(place.pk, "raw", [b"x"])
    assert events_of(place, "refused")[0]["code"] in ("key-not-genuine", "kek-gone")


def test_a_wrapped_key_is_bound_to_its_organization_and_name(place):
    (row,) = keys_of(place)
    engine, wrapped = key_encryption(), bytes(row.wrapped)
    assert len(engine.unwrap(row.kek_id, wrapped, keyrings.bound_to(place.pk, row.name))) == 32
    for bound in (keyrings.bound_to(place.pk + 1, row.name), keyrings.bound_to(place.pk, "other")):
        with pytest.raises(NotGenuine):
            engine.unwrap(row.kek_id, wrapped, bound)
