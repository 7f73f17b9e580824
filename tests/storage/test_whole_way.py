"""An organization whose bytes lie in a bucket: the whole way, and what happens when it is away."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.core.blobs.s3 import S3Engine
from apps.core.leases import Leased
from apps.ecg.models import Recording
from apps.ingestion.models import Ingress
from apps.reports.actions import signed_pdf
from apps.reports.models import ReportVersion
from apps.tenants import blobs
from apps.tenants.model_storage import StorageLocation
from apps.tenants.secrets import set_secret
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of, ecg_file, process_waiting, reloaded, send
from tests.reports.signing import sign_recording
from tests.storage.locations import bucket_location, use

pytestmark = committed


@pytest.fixture
def bucket(mercy, s3):
    """Where mercy's bytes lie."""
    use(mercy, bucket_location(s3.bucket))
    return s3


def change_endpoint(organization, endpoint):
    with inside(organization):
        StorageLocation.objects.update(endpoint=endpoint)


@pytest.fixture
def outage(mercy, bucket, settings):
    """Call it, and nobody listens at the gateway's address; call what it gives, and it is back."""
    settings.STORAGE_TIMEOUT_SECONDS = 1
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"

    def away():
        change_endpoint(mercy, nobody)
        return lambda: change_endpoint(mercy, bucket.bucket.endpoint)

    return away


def keys(engine):
    return [key.split("/")[2] for key in engine.keys("")]


def upload(client):
    sent = {"file": SimpleUploadedFile("ecg.dcm", ecg_file())}
    return client.post(reverse("upload-files"), sent, headers={"accept": "application/json"})


def damage(engine, key):
    """As somebody with the gateway's own rights would."""
    found = engine.client.get_object(**engine.at(key))
    changed = bytearray(found["Body"].read())
    changed[len(changed) // 2] ^= 1
    engine.client.put_object(**engine.at(key), Body=bytes(changed), Metadata=found["Metadata"])


def signed(organization, reader, drained):
    send(organization, ecg_file())
    drained()
    with inside(organization):
        recording = Recording.objects.get()
    return sign_recording(recording, reader)


def test_a_recording_goes_from_the_door_to_the_signed_pdf(
    mercy, bucket, reader, drained, client_of, settings, tmp_path
):
    settings.BLOB_ROOT = tmp_path
    version = signed(mercy, reader, drained)
    drained()
    assert keys(bucket) == ["pdf", "pdf", "raw"]
    response = client_of(reader).get(reverse("report-pdf", args=[version.public_id]))
    assert (response.status_code, response.content[:5]) == (200, b"%PDF-")
    with inside(mercy):
        raw = Ingress.objects.get().sha256
        assert signed_pdf(ReportVersion.objects.get()) == response.content
    assert blobs.get(mercy.pk, "raw", raw) == ecg_file()
    assert not (settings.BLOB_ROOT / f"org/{mercy.pk}").exists()


def test_nothing_in_the_bucket_is_readable_there(mercy, bucket):
    send(mercy, ecg_file())
    (entry,) = bucket.entries("")
    stored = b"".join(bucket.read(entry.key))
    assert b"Ashdown" in ecg_file()
    assert b"Ashdown" not in stored
    assert len(stored) == entry.size


def test_while_storage_is_away_nothing_is_acknowledged(
    mercy, bucket, outage, technician, client_of
):
    back, client = outage(), client_of(technician)
    response = upload(client)
    assert response.status_code == 503
    assert "not kept" in response.json()["message"]
    with inside(mercy):
        assert not Ingress.objects.exists()
    back()
    assert upload(client).status_code == 201
    assert keys(bucket) == ["raw"]


def test_what_was_accepted_before_an_outage_is_worked_off_after_it(
    mercy, bucket, outage, drained, settings
):
    settings.UNAVAILABLE_PAUSE_SECONDS = 0.0001
    row = send(mercy, ecg_file()).ingress
    back = outage()
    process_waiting_once(row)
    assert (reloaded(row).state, reloaded(row).error_code) == (
        Leased.State.RECEIVED,
        "storage-unavailable",
    )
    back()
    drained()
    assert reloaded(row).outcome == Ingress.Outcome.NEW


def process_waiting_once(row):
    from apps.core import drain, leases

    lease = leases.claim(Ingress, row.lane)
    assert lease is not None
    drain.work(lease)


def test_a_report_is_asked_for_again_and_not_signed_while_storage_is_away(
    mercy, bucket, outage, reader, drained, client_of
):
    version = signed(mercy, reader, drained)
    outage()
    page = client_of(reader).get(reverse("report-pdf", args=[version.public_id]))
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "Try again in a minute" in page.content.decode()
    assert "reports.report.downloaded" not in codes_of(mercy)


def test_a_damaged_original_is_never_parsed_and_is_on_the_record(mercy, bucket):
    row = send(mercy, ecg_file()).ingress
    damage(bucket, next(iter(bucket.keys(""))))
    process_waiting()
    found = reloaded(row)
    assert (found.state, found.error_code) == (Leased.State.DEAD, "stored-bytes-not-genuine")
    assert codes_of(mercy).count("tenants.storage.damaged") == 1


def test_a_damaged_report_is_never_shown_and_is_on_the_record(
    mercy, bucket, reader, drained, client_of
):
    version = signed(mercy, reader, drained)
    damage(bucket, next(key for key in bucket.keys("") if version.pdf_sha256 in key))
    client = client_of(reader)
    client.raise_request_exception = False
    page = client.get(reverse("report-pdf", args=[version.public_id]))
    assert page.status_code == 500
    assert b"%PDF" not in page.content
    assert codes_of(mercy).count("tenants.storage.damaged") == 1
    assert "reports.report.downloaded" not in codes_of(mercy)


def test_a_wrong_secret_is_no_missing_file(mercy, bucket):
    row = send(mercy, ecg_file()).ingress
    with inside(mercy):
        location = StorageLocation.objects.get()
        set_secret(location, "sealed_secret", "wrong")
        location.save()
    process_waiting_once(row)
    assert reloaded(row).error_code == "storage-refused"


def test_another_organizations_credentials_open_nothing_of_mine(mercy, lakeside, ceph):
    """Both on real buckets, with the users the gateway knows."""
    mine, theirs = S3Engine(ceph.new_bucket()), S3Engine(ceph.new_bucket())
    use(mercy, bucket_location(mine.bucket))
    use(lakeside, bucket_location(theirs.bucket))
    send(mercy, ecg_file())
    row = send(lakeside, ecg_file()).ingress
    with inside(lakeside):
        StorageLocation.objects.update(bucket=mine.bucket.name)
    process_waiting()
    assert reloaded(row).error_code == "storage-refused"
    crossed = S3Engine(replace(theirs.bucket, name=mine.bucket.name))
    assert crossed.bucket.access_key_id == theirs.bucket.access_key_id
