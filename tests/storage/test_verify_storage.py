"""Rows and objects are compared both ways; every kind of fault is found and named."""

from __future__ import annotations

import io
import json
import os
import time
import tracemalloc
import uuid

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core.blobs.folder import FolderEngine
from apps.core.blobs.s3 import Bucket
from apps.core.blobs.sealing import seal_bytes, sealed_size
from apps.core.blobs.store import blob_key
from apps.ingestion.models import Ingress
from apps.tenants import blobs, reconcile
from apps.tenants.keyrings import keyring_of
from tests.database import committed
from tests.factories import inside, make_ingress
from tests.storage.locations import bucket_location, folder_location, use

pytestmark = committed

MANY = int(os.environ.get("VERIFY_OBJECTS", "10000"))


@pytest.fixture(autouse=True)
def own_root(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path / "platform"


@pytest.fixture(params=["platform", "folder", "s3"])
def place(request, mercy, tmp_path, settings):
    """Mercy's bytes in each kind of place."""
    if request.param == "platform":
        return FolderEngine(settings.BLOB_ROOT)
    if request.param == "folder":
        use(mercy, folder_location(tmp_path / "own"))
        return FolderEngine(tmp_path / "own")
    engine = request.getfixturevalue("s3")
    use(mercy, bucket_location(engine.bucket))
    return engine


@pytest.fixture
def later(monkeypatch):
    """Two days on, as far as the age of objects goes."""

    def forward():
        now = time.time() + 2 * 24 * 3600
        monkeypatch.setattr(reconcile.time, "time", lambda: now)

    return forward


def verify(**options):
    out = io.StringIO()
    try:
        call_command(
            "verify_storage", organization="mercy", json=True, stdout=out, stderr=out, **options
        )
        failure = ""
    except CommandError as error:
        failure = str(error)
    return json.loads(out.getvalue().splitlines()[-1]), failure


def kept(organization, data=b"an ECG"):
    """Bytes and the row that names them; their key."""
    stored = blobs.put(organization.pk, "raw", [data])
    make_ingress(organization, sha256=stored.sha256, size=stored.size)
    return blob_key(organization.pk, "raw", stored.sha256)


def overwrite(place, key, data):
    place.delete(key)
    place.promote(place.write("org/0", [data]), key)


def test_what_agrees_is_verified(mercy, place):
    for data in (b"", b"one", b"x" * (1 << 20), b"x" * ((1 << 20) + 1)):
        kept(mercy, data)
    found, failure = verify(deep=True)
    assert failure == ""
    assert (found["named"], found["objects"], found["opened"], found["faults"]) == (4, 4, 4, [])


def test_two_rows_of_the_same_bytes_name_one_object(mercy, place):
    assert kept(mercy) == kept(mercy)
    found, _ = verify()
    assert (found["named"], found["objects"]) == (1, 1)


def test_missing_bytes_are_found(mercy, place):
    key = kept(mercy)
    kept(mercy, b"another")
    place.delete(key)
    found, failure = verify()
    assert found["faults"] == [{"code": "missing", "key": key}]
    assert failure == f"mercy: missing {key}"


def test_a_wrong_length_is_found_without_opening(mercy, place):
    key = kept(mercy)
    overwrite(place, key, b"".join(place.read(key))[:-1])
    assert verify()[1] == f"mercy: wrong-length {key}"


def test_bytes_that_changed_are_found_by_opening_them(mercy, place):
    key = kept(mercy)
    sealed = bytearray(b"".join(place.read(key)))
    sealed[-1] ^= 1
    overwrite(place, key, bytes(sealed))
    assert verify()[1] == ""
    assert verify(deep=True)[1] == f"mercy: not-genuine {key}"


def test_genuine_bytes_under_another_name_are_found(mercy, place):
    key = kept(mercy, b"an ECG")
    overwrite(place, key, seal_bytes(b"an EEG", mercy.pk, keyring_of(mercy.pk)))
    assert verify(deep=True)[1] == f"mercy: not-genuine {key}"


def test_bytes_without_a_row_are_tolerated_for_a_day(mercy, place, later):
    stored = blobs.put(mercy.pk, "raw", [b"nobody's"])
    found, failure = verify()
    assert (found["young"], failure) == (1, "")
    later()
    assert verify()[1] == f"mercy: orphan {blob_key(mercy.pk, 'raw', stored.sha256)}"


def test_leftovers_of_uploads_are_tolerated_for_a_day(mercy, place, later):
    temporary = place.write(f"org/{mercy.pk}", [b"half"])
    found, failure = verify()
    assert (found["temporary"], failure) == (1, "")
    later()
    assert verify()[1] == f"mercy: temporary {temporary}"


@pytest.mark.parametrize("place", ["folder", "s3"], indirect=True)
def test_objects_of_another_organization_are_found_in_a_place_of_its_own(mercy, lakeside, place):
    kept(mercy)
    stray = blob_key(lakeside.pk, "raw", "0" * 64)
    overwrite(place, stray, b"x")
    assert verify()[1] == f"mercy: not-the-organizations {stray}"


@pytest.mark.parametrize("place", ["folder", "s3"], indirect=True)
def test_objects_left_in_the_platforms_folder_are_found(mercy, place, settings):
    left = blob_key(mercy.pk, "raw", "0" * 64)
    overwrite(FolderEngine(settings.BLOB_ROOT), left, b"x")
    assert verify()[1] == f"mercy: left-behind {left}"


def test_storage_that_is_away_is_a_failure_and_not_an_empty_place(mercy, settings):
    settings.STORAGE_TIMEOUT_SECONDS = 0.2
    kept(mercy)
    use(mercy, bucket_location(nowhere()))
    assert verify()[1] == "mercy: storage-unavailable"


def nowhere():
    return Bucket("http://127.0.0.1:9", "no-bucket", "", "r1", "NOBODY", "secret")


def test_all_organizations_are_looked_at_and_the_first_fault_is_named(mercy, lakeside, settings):
    kept(mercy)
    key = kept(lakeside)
    FolderEngine(settings.BLOB_ROOT).delete(key)
    out = io.StringIO()
    with pytest.raises(CommandError, match=f"lakeside: missing {key}"):
        call_command("verify_storage", stdout=out)
    assert "mercy: 1 named, 1 objects, verified" in out.getvalue()
    assert "lakeside: 1 named, 0 objects, 1 at fault" in out.getvalue()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_the_sealed_length_is_known_from_the_plain_one(mercy, size):
    assert len(seal_bytes(b"x" * size, 1, keyring_of(1))) == sealed_size(size)


def many(organization, count):
    """Empty files and their rows."""
    names = [uuid.uuid4().hex * 2 for _ in range(count)]
    folder = settings.BLOB_ROOT / f"org/{organization.pk}/raw"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x" * sealed_size(0))
    rows = [
        Ingress(
            organization=organization,
            source="web",
            idem_key=name,
            sha256=name,
            size=0,
            state="done",
        )
        for name in names
    ]
    with inside(organization):
        Ingress.objects.bulk_create(rows, batch_size=1000)


@pytest.mark.slow
def test_memory_grows_by_no_more_than_the_names_of_one_folder(mercy):
    peaks = []
    for count in (1_000, MANY - 1_000):
        many(mercy, count)
        tracemalloc.start()
        begun = time.monotonic()
        found = reconcile.reconcile(mercy.pk)
        took = time.monotonic() - begun
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    print(f"{MANY} objects in {took:.1f} s, traced; peak {peaks[1] / 1e6:.1f} MB")
    assert (found.named, found.objects, found.faults) == (MANY, MANY, [])
    assert (peaks[1] - peaks[0]) / MANY < 250
