"""A bucket answers its own organization only, and the server itself refuses the others."""

from __future__ import annotations

import traceback
import urllib.error
import urllib.request
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from apps.core.blobs.s3 import S3Engine
from apps.core.errors import RetryableError

KEY = "org/1/raw/a"
OBJECT = {"Key": KEY}
REQUESTS = [
    ("get_object", OBJECT),
    ("head_object", OBJECT),
    ("put_object", {**OBJECT, "Body": b"changed"}),
    ("delete_object", OBJECT),
    ("list_objects_v2", {}),
    ("list_multipart_uploads", {}),
    ("get_bucket_acl", {}),
    ("put_bucket_acl", {"ACL": "public-read"}),
    ("create_multipart_upload", OBJECT),
    ("delete_bucket", {}),
]


@pytest.fixture(scope="module")
def mine(ceph):
    return S3Engine(ceph.new_bucket())


@pytest.fixture(scope="module")
def theirs(ceph):
    engine = S3Engine(ceph.new_bucket())
    engine.promote(engine.write("org/1", [b"theirs"]), KEY)
    return engine


def refused(engine, bucket):
    """My credentials, their bucket."""
    return S3Engine(replace(engine.bucket, name=bucket.name))


@pytest.mark.parametrize(("request_name", "fields"), REQUESTS, ids=lambda value: str(value)[:24])
def test_no_request_with_my_credentials_reaches_their_bucket(mine, theirs, request_name, fields):
    with pytest.raises(ClientError) as denied:
        getattr(mine.client, request_name)(Bucket=theirs.bucket.name, **fields)
    assert denied.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert b"".join(theirs.read(KEY)) == b"theirs"


def test_their_bytes_cannot_be_copied_into_mine(mine, theirs):
    source = {"Bucket": theirs.bucket.name, "Key": KEY}
    with pytest.raises(ClientError, match="AccessDenied"):
        mine.client.copy_object(Bucket=mine.bucket.name, Key=KEY, CopySource=source)


@pytest.mark.parametrize("method", ["get_object", "put_object", "list_objects_v2"])
def test_an_address_i_sign_for_their_bucket_is_refused(mine, theirs, method):
    def answer(engine, bucket):
        fields = {} if method == "list_objects_v2" else OBJECT
        url = engine.client.generate_presigned_url(method, {"Bucket": bucket, **fields})
        data = b"changed" if method == "put_object" else None
        verb = "PUT" if data else "GET"
        return urllib.request.urlopen(urllib.request.Request(url, data=data, method=verb)).status

    mine.promote(mine.write("org/1", [b"mine"]), KEY)
    assert answer(mine, mine.bucket.name) == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        answer(mine, theirs.bucket.name)
    assert b"".join(theirs.read(KEY)) == b"theirs"


def test_nobody_reads_without_a_signature(theirs):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{theirs.bucket.endpoint}/{theirs.bucket.name}/{KEY}")


@pytest.mark.parametrize(
    "use",
    [
        lambda engine: engine.write("org/1", [b"x"]),
        lambda engine: list(engine.read(KEY)),
        lambda engine: engine.exists(KEY),
        lambda engine: list(engine.keys("")),
        lambda engine: engine.delete(KEY),
        lambda engine: engine.promote("org/1/temporary/t", KEY),
        lambda engine: engine.sweep_temporary(0),
    ],
    ids=["write", "read", "exists", "keys", "delete", "promote", "sweep"],
)
@pytest.mark.parametrize("wrong", ["secret", "key id", "bucket", "no bucket"])
def test_a_refusal_is_never_taken_for_a_missing_object(mine, theirs, wrong, use):
    bucket = {
        "secret": replace(mine.bucket, secret_key="wrong"),
        "key id": replace(mine.bucket, access_key_id="WRONG"),
        "bucket": replace(mine.bucket, name=theirs.bucket.name),
        "no bucket": replace(mine.bucket, name="there-is-none"),
    }[wrong]
    with pytest.raises(RetryableError, match="storage-refused"):
        use(S3Engine(bucket))


def test_an_error_names_no_key_and_no_credential(mine, theirs):
    with pytest.raises(RetryableError) as failed:
        list(refused(mine, theirs.bucket).read("org/1/raw/" + "5" * 64))
    assert str(failed.value) == "storage-refused"
    shown = "".join(traceback.format_exception(failed.value))
    assert "5" * 64 not in shown
    assert mine.bucket.access_key_id not in shown
    assert mine.bucket.secret_key not in repr(mine.bucket)


def test_credentials_of_the_machine_are_not_used(mine, theirs, monkeypatch):
    """Not even where the location's own are wrong."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", mine.bucket.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", mine.bucket.secret_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of somebody else")
    assert S3Engine(mine.bucket).exists("org/1/raw/none") is False
    with pytest.raises(RetryableError, match="storage-refused"):
        S3Engine(replace(mine.bucket, secret_key="wrong")).exists(KEY)
