"""Anchors in a bucket under object lock, asked of a real gateway: what is put stays."""

from __future__ import annotations

import os
import secrets

import pytest
from botocore.exceptions import ClientError

from apps.audit.anchors.s3 import S3Anchors, s3_client
from apps.audit.anchors.store import anchor_store

try:
    from tests.storage.conftest import ceph
except ImportError:

    @pytest.fixture
    def ceph():
        words = "MISSING: tests/storage, the gateway that anchors under object lock are tried on."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)


NAME = "00000000-0000-4000-8000-000000000001/2026-03-02.json"


@pytest.fixture
def bucket(ceph):
    """A user of its own with a bucket under object lock: endpoint, name, key id and secret."""
    name = f"anchors-{secrets.token_hex(6)}"
    key_id, secret = secrets.token_hex(8).upper(), secrets.token_hex(16)
    keys = (f"--access-key={key_id}", f"--secret-key={secret}")
    ceph.admin("user", "create", f"--uid={name}", f"--display-name={name}", *keys)
    client = s3_client(ceph.endpoint, "default", key_id, secret)
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return ceph.endpoint, name, key_id, secret


@pytest.fixture
def store(bucket):
    endpoint, name, key_id, secret = bucket
    return S3Anchors(s3_client(endpoint, "default", key_id, secret), name, "audit", 1)


def versions(store):
    return store.client.list_object_versions(Bucket=store.bucket).get("Versions", [])


def test_an_anchor_is_put_once_and_read_back(store):
    assert store.names() == []
    assert store.put(NAME, b"first")
    assert not store.put(NAME, b"second")
    assert (store.names(), store.read(NAME)) == ([NAME], b"first")
    with pytest.raises(FileNotFoundError):
        store.read(NAME.replace("02", "03"))


def test_of_two_at_once_one_is_told_that_it_was_first(store, monkeypatch):
    """Both looked before either had written."""
    listed, blind = store._of, iter([True])
    assert store.put(NAME, b"first")
    monkeypatch.setattr(store, "_of", lambda name: [] if next(blind, False) else listed(name))
    assert not store.put(NAME, b"second")
    assert store.read(NAME) == b"first"


def test_it_is_locked_until_its_day(store):
    store.put(NAME, b"first")
    (version,) = versions(store)
    held = store.client.get_object_retention(Bucket=store.bucket, Key=f"audit/{NAME}")
    assert held["Retention"]["Mode"] == "COMPLIANCE"
    for bypass in (False, True):
        with pytest.raises(ClientError):
            store.client.delete_object(
                Bucket=store.bucket,
                Key=version["Key"],
                VersionId=version["VersionId"],
                BypassGovernanceRetention=bypass,
            )
    assert store.read(NAME) == b"first"


def test_the_lock_cannot_be_shortened(store):
    import datetime as dt

    store.put(NAME, b"first")
    sooner = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)
    with pytest.raises(ClientError):
        store.client.put_object_retention(
            Bucket=store.bucket,
            Key=f"audit/{NAME}",
            Retention={"Mode": "COMPLIANCE", "RetainUntilDate": sooner},
        )


def test_one_written_over_or_hidden_is_still_the_first(store):
    store.put(NAME, b"first")
    store.client.put_object(Bucket=store.bucket, Key=f"audit/{NAME}", Body=b"forged")
    assert store.read(NAME) == b"first"
    store.client.delete_object(Bucket=store.bucket, Key=f"audit/{NAME}")
    assert (store.names(), store.read(NAME)) == ([NAME], b"first")
    assert len(versions(store)) == 2


def test_the_settings_choose_it(bucket, settings):
    endpoint, name, key_id, secret = bucket
    settings.AUDIT_ANCHORS = f"s3://{name}/some/place/"
    settings.AUDIT_ANCHORS_ENDPOINT, settings.AUDIT_ANCHORS_REGION = endpoint, "default"
    settings.AUDIT_ANCHORS_KEY_ID, settings.AUDIT_ANCHORS_SECRET = key_id, secret
    store = anchor_store()
    assert isinstance(store, S3Anchors)
    assert store.put(NAME, b"first")
    assert versions(store)[0]["Key"] == f"some/place/{NAME}"


@pytest.mark.parametrize("method", ["put", "names", "read"])
def test_a_gateway_that_is_away_or_refuses_is_an_os_error(bucket, method):
    endpoint, name, key_id, _ = bucket
    arguments = {"put": (NAME, b"x"), "names": (), "read": (NAME,)}[method]
    for where, secret in ((endpoint, "wrong"), ("http://127.0.0.1:1", "any")):
        store = S3Anchors(s3_client(where, "default", key_id, secret), name, "", 1)
        with pytest.raises(OSError, match="anchors cannot be"):
            getattr(store, method)(*arguments)
