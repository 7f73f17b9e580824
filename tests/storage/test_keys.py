"""Storage and keys together: bytes in a bucket are sealed again, and end with their key."""

from __future__ import annotations

import pytest

from apps.core.blobs.sealing import KEY_GONE, Unsealable, key_name
from apps.tenants import blobs
from apps.tenants.keyrings import keyring_of
from apps.tenants.keys import destroy_keys, rotate_data_key
from apps.tenants.model_storage import StorageLocation
from apps.tenants.moving import begin_move, move_bytes
from apps.tenants.reconcile import reconcile
from apps.tenants.reseal import destroy_unused_keys, reseal
from tests.database import committed
from tests.factories import inside, make_ingress
from tests.storage.locations import bucket_location, folder_location, placed, some_bucket, use
from tests.tenants.keys import new_organization, own_kek_file, staff

pytestmark = committed


@pytest.fixture
def northside(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path / "platform"
    settings.SHRED_PERSONS = 1
    own_kek_file(settings, tmp_path)
    return new_organization()


def kept(organization, data):
    stored = blobs.put(organization.pk, "raw", [data])
    make_ingress(organization, sha256=stored.sha256, size=stored.size)
    return stored.sha256


def sealed_by(engine):
    return {key_name(b"".join(engine.read(key))) for key in engine.keys("")}


def test_bytes_in_a_bucket_and_its_secret_are_sealed_again(northside, s3):
    use(northside, bucket_location(s3.bucket))
    sha256 = kept(northside, b"an ECG")
    rotate_data_key(northside)
    assert reseal(northside, print) == 0
    active = keyring_of(northside.pk).active
    assert sealed_by(s3) == {active}
    with inside(northside):
        assert key_name(bytes(StorageLocation.objects.get().sealed_secret)) == active
    assert destroy_unused_keys(northside, at_once=True)
    assert blobs.get(northside.pk, "raw", sha256) == b"an ECG"
    assert reconcile(northside.pk, deep=True).faults == []


def test_bytes_sealed_again_during_a_move_arrive_once(northside, tmp_path):
    sha256 = kept(northside, b"an ECG")
    target = placed(northside, folder_location(tmp_path / "own")).location
    with inside(northside):
        begin_move(northside, target)
    rotate_data_key(northside)
    assert reseal(northside, print) == 0
    move_bytes(northside.pk)
    assert blobs.get(northside.pk, "raw", sha256) == b"an ECG"
    assert reconcile(northside.pk, deep=True).faults == []


def test_with_the_key_the_credential_is_gone_and_others_go_on(northside, tmp_path):
    southside = new_organization("southside")
    use(northside, some_bucket())
    use(southside, folder_location(tmp_path / "own"))
    destroy_keys(northside, by=staff(is_superuser=True), reason="Contract ended")
    with pytest.raises(Unsealable, match=KEY_GONE):
        blobs.get(northside.pk, "raw", "0" * 64)
    roots = [getattr(engine, "root", None) for engine in blobs.engines()]
    assert tmp_path / "own" in roots
    assert kept(southside, b"an ECG")
