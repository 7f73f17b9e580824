"""Uploads in parts where the organization has a bucket: past the application, taken over once."""

from __future__ import annotations

import os

import pytest

from apps.core import leases
from apps.core.leases import LeaseLost
from apps.core.scope import organization_scope
from apps.ingestion import promote, staging, upload_actions
from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.upload_ends import abort_upload, clear_ended, sweep_uploads
from apps.ingestion.upload_refused import UploadRefused
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file, process_waiting, reloaded
from tests.storage.locations import bucket_location, use
from tests.uploads.sending import addresses, again, begin, finish, parts_of, put, send_parts, sha256

pytestmark = committed


@pytest.fixture
def bucket(mercy, s3, settings):
    settings.UPLOAD_PART_BYTES = 1  # as short as the protocol allows: 5 MiB
    use(mercy, bucket_location(s3.bucket))
    return s3


@pytest.fixture(scope="module")
def data():
    return b"\0\0\0\x18ftypisom" + os.urandom((5 << 20) + 1000)


def keys(engine, kind):
    return [key for key in engine.keys("") if f"/{kind}/" in key]


def test_parts_go_to_the_bucket_and_become_sealed_bytes(mercy, bucket, data):
    upload = begin(mercy, data, content="video")
    found = addresses(upload, parts_of(data, upload.part_size))
    assert all(one.url.startswith(bucket.bucket.endpoint) for one in found.values())
    send_parts(upload, data)
    row = finish(upload, data).ingress
    assert len(keys(bucket, "staging")) == 1
    process_waiting()
    row = reloaded(row)
    assert (row.outcome, row.sha256) == ("document", sha256(data))
    assert keys(bucket, "staging") == []
    [raw] = keys(bucket, "raw")
    assert data[:64] not in b"".join(bucket.read(raw))


def test_a_part_that_is_missing_corrupt_or_out_of_place_is_not_finished(mercy, bucket, data):
    upload = begin(mercy, data, content="video")
    parts = parts_of(data, upload.part_size)
    found = addresses(upload, parts)
    assert put(found[1], parts[1][::-1]) == 400
    assert put(found[2], parts[1][: len(parts[2])]) == 400
    send_parts(upload, data, without=1)
    with pytest.raises(UploadRefused, match="parts-missing"):
        finish(upload, data)
    with inside(mercy):
        assert not Ingress.objects.exists()
    send_parts(upload, data)
    assert finish(upload, data).is_new


def test_an_upload_put_together_but_not_accepted_is_finished_again(mercy, bucket, data):
    """A crash between the bucket's answer and our row."""
    upload = begin(mercy, data, content="video")
    send_parts(upload, data)
    with organization_scope(mercy.pk):
        staging.finish(again(upload))
        assert staging.present(again(upload)) == {1, 2}
    assert finish(upload, data).is_new


def test_a_take_over_that_ended_half_way_is_done_again(mercy, bucket, monkeypatch):
    upload = begin(mercy, ecg_file())
    send_parts(upload, ecg_file())
    row = finish(upload, ecg_file()).ingress
    lease = leases.claim(Ingress, row.lane)
    with organization_scope(mercy.pk):
        monkeypatch.setattr(promote, "clear_ended", lambda _names: None)  # killed before it
        promote.take_over(reloaded(row), lease)
        stale = type(lease)(Ingress, lease.id, mercy.pk, row.public_id, 1)
        with pytest.raises(LeaseLost):
            promote.take_over(row, stale)
        assert len(keys(bucket, "staging")) == 1
        assert clear_ended() == 1
    assert keys(bucket, "staging") == []
    with inside(mercy):
        leases.release(lease, "lease-lost")
        Ingress.objects.update(available_at="2026-01-01T00:00:00Z")
    process_waiting()
    assert reloaded(row).outcome == "new"


def test_an_upload_that_is_ended_leaves_nothing_in_the_bucket(mercy, bucket, data):
    upload = begin(mercy, data, content="video")
    send_parts(upload, data, without=2)
    address = addresses(upload, {2: data[upload.part_size :]})[2]
    with organization_scope(mercy.pk):
        abort_upload(again(upload))
    assert put(address, data[upload.part_size :]) == 404
    assert open_in(bucket) == 0
    with inside(mercy):
        assert UploadSession.objects.get().is_cleared


def open_in(bucket):
    listed = bucket.client.list_multipart_uploads(
        Bucket=bucket.bucket.name, Prefix=bucket.at("")["Key"]
    )
    return len(listed.get("Uploads", ()))


def test_beyond_the_limit_nothing_is_begun_in_the_bucket_either(mercy, bucket, data, settings):
    settings.UPLOADS_OPEN = 2
    first = begin(mercy, data, content="video")
    with pytest.raises(UploadRefused, match="uploads-open"):
        begin(mercy, data, content="video")
    assert open_in(bucket) == 1
    with organization_scope(mercy.pk):
        abort_upload(again(first))
    assert begin(mercy, data, content="video")


def test_one_that_finds_no_room_at_its_row_leaves_nothing_in_the_bucket(
    mercy, bucket, data, monkeypatch
):
    def full(_upload):
        raise UploadRefused("uploads-open", "")

    checks = iter([lambda _upload: None, full])
    monkeypatch.setattr(upload_actions, "check_room", lambda upload: next(checks)(upload))
    with pytest.raises(UploadRefused):
        begin(mercy, data, content="video")
    assert open_in(bucket) == 0


def test_what_is_not_finished_in_time_is_ended_in_the_bucket(mercy, bucket, data):
    upload = begin(mercy, data, content="video")
    send_parts(upload, data, without=2)
    with inside(mercy):
        UploadSession.objects.update(expires_at="2026-01-01T00:00:00Z")
    sweep_uploads()
    assert open_in(bucket) == 0
    with inside(mercy):
        assert UploadSession.objects.values_list("state", "is_cleared").get() == ("expired", True)


def test_the_page_may_send_to_that_bucket_and_nowhere_else(mercy, bucket, client_of, technician):
    client = client_of(technician)
    wider = f"connect-src 'self' {bucket.bucket.endpoint};"
    assert wider in client.get("/upload")["Content-Security-Policy"]
    assert "connect-src 'self';" in client.get("/arrivals")["Content-Security-Policy"]


def test_a_page_gets_the_buckets_leave_when_it_begins(mercy, bucket, client_of, technician):
    file = {"upload_id": "5b0f41c1-43b7-4b3c-8f3f-3b4a1f0c5a01", "size": "9", "content": "ecg"}
    answer = client_of(technician).post("/upload/sessions", file)
    assert answer.status_code == 201
    [rule] = bucket.client.get_bucket_cors(Bucket=bucket.bucket.name)["CORSRules"][-1:]
    assert "http://testserver" in rule["AllowedOrigins"]
