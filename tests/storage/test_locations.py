"""Each organization has a place of its own; another's is refused and named to nobody."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connections

from apps.tenants import blobs
from apps.tenants.claims import Taken
from apps.tenants.model_storage import StorageLocation
from apps.tenants.secrets import get_secret
from apps.tenants.storage import Refused, replace_secret
from tests.database import committed
from tests.factories import inside, make_organization
from tests.ingestion.files import codes_of
from tests.storage.locations import folder_location, placed, some_bucket, use

pytestmark = committed


def storage_codes(organization):
    return [code for code in codes_of(organization) if code.startswith("tenants.storage.")]


def test_a_location_is_kept_with_its_secret_sealed(mercy):
    change = placed(mercy, some_bucket(secret_key="very secret"))
    assert (change.action, change.needs_move) == ("create", True)
    sealed = bytes(change.location.sealed_secret)
    assert b"very secret" not in sealed
    with inside(mercy):
        assert get_secret(change.location, "sealed_secret") == "very secret"
    assert storage_codes(mercy) == ["tenants.storage.set"]


def test_the_same_again_changes_nothing(mercy):
    placed(mercy, some_bucket())
    again = placed(mercy, some_bucket())
    assert (again.action, again.names) == ("keep", ())
    assert storage_codes(mercy) == ["tenants.storage.set"]


def test_without_a_secret_the_one_that_is_there_stays(mercy):
    first = placed(mercy, some_bucket()).location
    again = placed(mercy, some_bucket(secret_key=""))
    assert again.action == "keep"
    assert bytes(again.location.sealed_secret) == bytes(first.sealed_secret)


def test_another_secret_is_a_change(mercy):
    placed(mercy, some_bucket())
    change = placed(mercy, some_bucket(secret_key="new"))
    assert (change.action, change.names) == ("change", ("sealed_secret",))


def test_an_organization_that_is_not_live_begins_there(db):
    northside = make_organization("northside")
    northside.is_live = False
    assert not placed(northside, some_bucket()).needs_move


@pytest.mark.parametrize(
    ("theirs", "mine", "what"),
    [
        (some_bucket(), some_bucket(access_key_id="OTHER"), "bucket"),
        (some_bucket(), some_bucket(access_key_id="OTHER", prefix="mine"), "bucket"),
        (
            some_bucket(),
            some_bucket(access_key_id="OTHER", endpoint="https://S3.Example.test.:443/"),
            "bucket",
        ),
        (some_bucket(), some_bucket("two-bucket", access_key_id="KEY-one-bucket"), "credential"),
        (
            some_bucket(endpoint="", signing_region="eu-west-2"),
            some_bucket(
                access_key_id="OTHER",
                endpoint="https://s3.eu-west-2.amazonaws.com",
                signing_region="eu-west-2",
            ),
            "bucket",
        ),
        (folder_location("/srv/ecg/one"), folder_location("/srv/ecg/one"), "folder"),
        (folder_location("/srv/ecg/one"), folder_location("/srv/ecg/one/two"), "folder"),
        (folder_location("/srv/ecg/one/two"), folder_location("/srv/ecg/two/../one"), "folder"),
    ],
)
def test_what_another_has_is_refused(mercy, lakeside, theirs, mine, what):
    placed(lakeside, theirs)
    with pytest.raises(Taken) as taken:
        placed(mercy, mine)
    assert (taken.value.what, taken.value.holder) == (what, lakeside)
    assert "lakeside" not in str(taken.value).lower()
    assert storage_codes(mercy) == []


def test_a_link_to_anothers_folder_is_anothers_folder(mercy, lakeside, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    placed(lakeside, folder_location(tmp_path / "theirs"))
    with pytest.raises(Taken):
        placed(mercy, folder_location(tmp_path / "link"))


def test_neighbours_are_no_trouble(mercy, lakeside):
    placed(lakeside, folder_location("/srv/ecg/one"))
    assert placed(mercy, folder_location("/srv/ecg/one-more")).action == "create"
    placed(lakeside, some_bucket())
    assert placed(mercy, some_bucket("two-bucket")).action == "create"


def test_of_two_who_ask_at_once_one_is_refused(mercy, lakeside):
    ready, outcomes = threading.Barrier(2), []

    def ask(organization, key):
        try:
            ready.wait()
            placed(organization, some_bucket(access_key_id=key))
            outcomes.append("set")
        except Taken:
            outcomes.append("taken")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=pair) for pair in ((mercy, "A"), (lakeside, "B"))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["set", "taken"]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (some_bucket(region="us"), "region"),
        (some_bucket(endpoint="http://s3.example.test"), "https"),
        (some_bucket(endpoint="ftp://s3.example.test"), "https"),
        (some_bucket(endpoint="https://key@s3.example.test"), "nothing more"),
        (some_bucket(endpoint="https://s3.example.test/path"), "nothing more"),
        (some_bucket("No_Bucket"), "bucket's name"),
        (some_bucket(prefix="a//b"), "prefix"),
        (some_bucket(prefix="../b c"), "prefix"),
        (some_bucket(endpoint="", signing_region="us-east-1"), "does not lie"),
        (some_bucket(access_key_id=""), "access key id"),
        (some_bucket(secret_key=""), "secret key"),
        (some_bucket(root="/srv/ecg/x"), "root is not for"),
        (folder_location("/srv/ecg/x", bucket="abc"), "bucket is not for"),
        (folder_location("/srv"), "two folders deep"),
        (folder_location(""), "absolute path"),
        (replace(some_bucket(), kind="tape"), "kind"),
    ],
)
def test_what_cannot_be_a_location_is_refused_with_the_reason(mercy, wanted, reason):
    with pytest.raises(Refused, match=reason):
        placed(mercy, wanted)


@pytest.mark.parametrize("place", ["", "org/1", ".."])
def test_the_platforms_own_folder_is_nobodys(mercy, settings, place):
    with pytest.raises(Refused, match="apart from the platform's"):
        placed(mercy, folder_location(settings.BLOB_ROOT / place))


def test_a_credential_is_replaced_and_anothers_is_not(mercy, lakeside):
    placed(lakeside, some_bucket())
    location = placed(mercy, some_bucket("two-bucket")).location
    with inside(mercy):
        replace_secret(location, "NEW-KEY", "new secret")
    with inside(mercy), pytest.raises(Taken):
        replace_secret(location, "KEY-one-bucket", "secret")
    with inside(mercy):
        kept = StorageLocation.objects.get(pk=location.pk)
    assert kept.access_key_id == "NEW-KEY"
    assert storage_codes(mercy) == ["tenants.storage.set", "tenants.storage.rekeyed"]


def test_bytes_lie_where_the_location_says(mercy, lakeside, tmp_path, settings):
    use(mercy, folder_location(tmp_path / "own"))
    stored = blobs.put(mercy.pk, "raw", [b"abc"])
    assert (tmp_path / f"own/org/{mercy.pk}/raw/{stored.sha256}").is_file()
    assert blobs.get(mercy.pk, "raw", stored.sha256) == b"abc"
    theirs = blobs.put(lakeside.pk, "raw", [b"abc"])
    assert (settings.BLOB_ROOT / f"org/{lakeside.pk}/raw/{theirs.sha256}").is_file()


def test_a_gateway_that_the_settings_do_not_name_is_not_set(mercy, settings):
    settings.DEMO = False
    gateway = some_bucket(endpoint="https://rgw.mercy.example:7480")
    for named in ([], ["rgw.lakeside.example", "rgw.mercy.example:443"]):
        settings.STORAGE_HOSTS = named
        with pytest.raises(Refused, match="that EINTHOVEN_STORAGE_HOSTS names"):
            placed(mercy, gateway)
    settings.STORAGE_HOSTS = ["rgw.mercy.example"]
    there = placed(mercy, gateway).location
    settings.STORAGE_HOSTS = []
    assert placed(mercy, gateway).action == "keep"
    with inside(mercy):
        replace_secret(there, "another", "very secret")
    for amazons in ("", "https://s3.eu-west-2.amazonaws.com"):
        own = {"endpoint": amazons, "signing_region": "eu-west-2", "access_key_id": "own"}
        assert placed(mercy, some_bucket("mercy-ecgs", **own)).action == "create"
