"""Uploads in parts on the folder: resumed, finished once, refused unless every part is right."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from apps.core.blobs.sealing import KEY_GONE, Unsealable
from apps.core.blobs.store import TooLarge
from apps.core.scope import organization_scope
from apps.ingestion import staging, upload_actions
from apps.ingestion.actions import (
    DeliveryKeyReused,
    EmptyFile,
    MayNotSubmit,
    OrganizationClosed,
)
from apps.ingestion.models import Ingress, UploadSession
from apps.ingestion.upload_actions import (
    begin_upload,
    complete_upload,
    part_addresses,
)
from apps.ingestion.upload_ends import AlreadyAccepted, abort_upload, sweep_uploads
from apps.ingestion.upload_queries import takes_parts
from apps.ingestion.upload_refused import UploadRefused
from apps.tenants import blobs
from apps.tenants.models import Organization
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import codes_of, ecg_file, process_waiting, reloaded
from tests.storage.locations import some_bucket, use
from tests.uploads.sending import (
    addresses,
    again,
    announced,
    begin,
    finish,
    parts_of,
    put,
    send_parts,
    sha256,
    upload_whole,
)

pytestmark = committed
DATA = b"0123456789abcdef" * 3
PART = 20
RESEARCH = {"type": "research"}


@pytest.fixture(autouse=True)
def _small_parts(settings, tmp_path):
    settings.UPLOAD_PART_BYTES = PART
    settings.BLOB_ROOT = tmp_path / "blobs"


def staged(organization):
    place = blobs.engine_of(organization.pk)
    return list(place.keys(f"org/{organization.pk}/staging"))


def arrivals(organization):
    with inside(organization):
        return list(Ingress.objects.order_by("id"))


def test_an_ecg_in_parts_becomes_its_recording_and_leaves_staging_empty(mercy, settings):
    settings.UPLOAD_PART_BYTES = 10_000
    row = upload_whole(mercy, ecg_file())
    assert (row.state, row.sha256, row.source) == ("received", "", "web")
    process_waiting()
    row = reloaded(row)
    assert (row.outcome, row.sha256, row.size) == ("new", sha256(ecg_file()), len(ecg_file()))
    assert staged(mercy) == []
    assert again_state(mercy) == ["kept"]
    codes = codes_of(mercy)
    steps = ["upload.begun", "file.accepted", "upload.kept", "file.linked"]
    assert [c for c in codes if c.removeprefix("ingestion.") in steps] == [
        f"ingestion.{step}" for step in steps
    ]


def again_state(organization):
    with inside(organization):
        return list(UploadSession.objects.values_list("state", flat=True))


def test_what_is_there_is_listed_and_the_rest_can_follow_later(mercy):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA, without=2)
    with organization_scope(mercy.pk):
        assert staging.present(again(upload)) == {1, 3}
    with pytest.raises(UploadRefused, match="parts-missing") as refused:
        finish(upload, DATA)
    assert refused.value.words.startswith("Missing: part 2 of 3.")
    assert arrivals(mercy) == []
    send_parts(upload, DATA)
    assert finish(upload, DATA).is_new


def test_finishing_twice_is_one_arrival(mercy):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    one, two = finish(upload, DATA), finish(upload, DATA)
    assert (one.is_new, two.is_new, two.ingress.pk) == (True, False, one.ingress.pk)


def test_the_same_key_is_the_same_upload(mercy):
    first = announced(DATA)
    with organization_scope(mercy.pk):
        one, two = begin_upload(first), begin_upload(first)
        assert (one.is_new, two.is_new, two.upload.pk) == (True, False, one.upload.pk)
        with pytest.raises(DeliveryKeyReused):
            begin_upload(announced(DATA + b"!", idem_key=first.idem_key))


@pytest.mark.parametrize("end", ["by its sender", "by the sweeper", "by the clock"])
def test_the_key_of_an_upload_that_ended_begins_it_anew(end, mercy):
    first = announced(DATA)
    with organization_scope(mercy.pk):
        ended = begin_upload(first).upload
    if end == "by its sender":
        with organization_scope(mercy.pk):
            abort_upload(ended)
    else:
        expire(mercy)
    if end == "by the sweeper":
        sweep_uploads()
    with organization_scope(mercy.pk):
        anew = begin_upload(first)
        assert (anew.is_new, begin_upload(first).upload.pk) == (True, anew.upload.pk)
    assert again(ended).state == ("aborted" if end == "by its sender" else "expired")
    send_parts(anew.upload, DATA)
    assert finish(anew.upload, DATA).is_new
    with pytest.raises(UploadRefused, match="upload-ended"):
        finish(again(ended), DATA)


def expire(organization):
    with inside(organization):
        UploadSession.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))


def test_the_same_key_with_another_hash_is_refused(mercy):
    first = announced(DATA, content_hash=sha256(DATA))
    with organization_scope(mercy.pk):
        begin_upload(first)
        with pytest.raises(DeliveryKeyReused):
            begin_upload(replace(first, content_hash=sha256(b"another")))


def test_of_two_who_begin_it_at_once_the_second_finds_the_first(mercy, monkeypatch):
    first = announced(DATA)
    looked_for = upload_actions._announced_before
    with organization_scope(mercy.pk):
        kept = begin_upload(first).upload
        answers = iter([lambda _one: None, looked_for])
        monkeypatch.setattr(upload_actions, "_announced_before", lambda one: next(answers)(one))
        begun = begin_upload(first)
    assert (begun.upload.pk, begun.is_new) == (kept.pk, False)


def test_a_part_is_taken_at_its_own_address_only(mercy):
    upload, parts = begin(mercy, DATA), parts_of(DATA, PART)
    found = addresses(upload, parts)
    assert put(found[1], parts[2]) == 400
    assert put(found[1], parts[1][:-1]) == 400
    assert put(found[1], parts[1] + b"!") in (400, 413)
    moved = found[1].url.replace("/1?", "/2?")
    assert put(type(found[1])(2, moved, {}, found[1].expires_at), parts[1]) == 403
    assert staged(mercy) == []
    assert put(found[1], parts[1]) == 204


def test_what_a_part_is_is_said_once(mercy):
    upload = begin(mercy, DATA)
    addresses(upload, {1: b"one"})
    addresses(upload, {1: b"one"})
    with pytest.raises(UploadRefused, match="part-differs"):
        addresses(upload, {1: b"two"})
    with pytest.raises(UploadRefused, match="part-unknown"):
        addresses(upload, {4: b"one"})


def test_an_address_is_good_for_a_quarter_of_an_hour(mercy, settings):
    upload, part = begin(mercy, DATA), parts_of(DATA, PART)[1]
    found = addresses(upload, {1: part})[1]
    settings.UPLOAD_ADDRESS_SECONDS = -1
    assert put(found, part) == 403


def test_parts_lie_sealed_and_open_at_their_own_place_only(mercy, settings):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    place, (first, second, _) = blobs.engine_of(mercy.pk), staged(mercy)
    assert DATA[:8] not in b"".join(place.read(first))
    (settings.BLOB_ROOT / second).write_bytes((settings.BLOB_ROOT / first).read_bytes())
    with pytest.raises(Exception, match="blob-not-genuine"), organization_scope(mercy.pk):
        b"".join(staging.chunks(again(upload)))


@pytest.mark.parametrize(
    ("content_hash", "code"),
    [("", "hash-missing"), ("abc", "hash-invalid"), ("A" * 64, "hash-invalid")],
)
def test_without_the_hash_of_the_whole_nothing_is_finished(mercy, content_hash, code):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    with organization_scope(mercy.pk), pytest.raises(UploadRefused, match=code):
        complete_upload(again(upload), content_hash)


def test_a_file_that_is_not_as_announced_is_kept_and_held_back(mercy):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    row = finish(upload, b"", sha256(b"another file")).ingress
    process_waiting()
    row = reloaded(row)
    assert (row.state, row.error_code, row.sha256) == (
        "quarantined",
        "not-as-announced",
        sha256(DATA),
    )
    assert staged(mercy) == []


def test_how_large_it_may_be_depends_on_what_it_is(mercy, settings):
    settings.UPLOAD_CAPS = {"ecg": 10, "video": 100}
    with organization_scope(mercy.pk):
        with pytest.raises(TooLarge):
            begin_upload(announced(DATA))
        assert begin_upload(announced(DATA, content="video")).is_new
        with pytest.raises(EmptyFile):
            begin_upload(announced(b""))


def test_who_may_not_send_begins_no_upload(mercy):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    for change, refusal in (({"is_live": False}, OrganizationClosed), (RESEARCH, MayNotSubmit)):
        with inside(mercy):
            Organization.objects.update(**change)
        with pytest.raises(refusal):
            begin(mercy, DATA)
    with pytest.raises(OrganizationClosed):
        finish(upload, DATA)
    assert arrivals(mercy) == []


def test_a_hash_that_is_none_or_another_is_refused_where_it_is_said(mercy):
    with pytest.raises(UploadRefused, match="hash-invalid"):
        begin(mercy, DATA, content_hash="abc")
    upload = begin(mercy, DATA, content_hash=sha256(DATA))
    with organization_scope(mercy.pk), pytest.raises(UploadRefused, match="hash-invalid"):
        part_addresses(upload, {1: "abc"})
    with pytest.raises(UploadRefused, match="hash-differs"):
        finish(upload, DATA, sha256(b"another"))


def test_an_upload_that_is_ended_leaves_nothing_and_takes_nothing(mercy):
    upload, parts = begin(mercy, DATA), parts_of(DATA, PART)
    found = addresses(upload, parts)
    assert put(found[1], parts[1]) == 204
    with organization_scope(mercy.pk):
        abort_upload(again(upload))
        abort_upload(again(upload))
    assert staged(mercy) == []
    assert put(found[2], parts[2]) == 410
    with pytest.raises(UploadRefused, match="upload-ended"):
        finish(upload, DATA)


def test_what_is_ended_while_it_is_put_together_is_not_accepted(mercy, monkeypatch):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    monkeypatch.setattr(upload_actions, "_put_together", abort_upload)
    with pytest.raises(UploadRefused, match="upload-ended"):
        finish(upload, DATA)
    assert arrivals(mercy) == []


def test_only_an_open_upload_on_the_folder_takes_parts(mercy):
    upload = begin(mercy, DATA)
    with inside(mercy):
        assert takes_parts(upload.public_id)
        assert not takes_parts(uuid.uuid4())
    with organization_scope(mercy.pk):
        abort_upload(again(upload))
    with inside(mercy):
        assert not takes_parts(upload.public_id)


def test_an_accepted_upload_cannot_be_ended(mercy):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    finish(upload, DATA)
    with pytest.raises(AlreadyAccepted), organization_scope(mercy.pk):
        abort_upload(again(upload))
    assert len(staged(mercy)) == 3


def test_what_is_not_finished_in_a_day_is_swept_and_the_accepted_stays(mercy):
    kept, late = begin(mercy, DATA), begin(mercy, DATA)
    for upload in (kept, late):
        send_parts(upload, DATA)
    finish(kept, DATA)
    with inside(mercy):
        UploadSession.objects.update(expires_at="2026-01-01T00:00:00Z")
    with pytest.raises(UploadRefused, match="upload-ended"):
        finish(late, DATA)
    sweep_uploads()
    assert again_state(mercy) == ["accepted", "expired"]
    assert [key.split("/")[3] for key in staged(mercy)] == [kept.public_id.hex] * 3


def test_what_lies_in_staging_without_an_upload_is_swept_when_it_is_old(mercy, settings):
    upload = begin(mercy, DATA)
    send_parts(upload, DATA)
    place = blobs.engine_of(mercy.pk)
    stray = f"org/{mercy.pk}/staging/{'0' * 32}/00001"
    place.replace(place.write(f"org/{mercy.pk}", [b"left over"]), stray)
    sweep_uploads()
    assert stray in staged(mercy)
    settings.UPLOAD_EXPIRES_SECONDS = -1
    sweep_uploads()
    assert len(staged(mercy)) == 3


def test_a_bucket_that_nobody_can_ask_any_more_keeps_no_other_from_its_end(
    mercy, lakeside, monkeypatch
):
    first, second = sorted((mercy, lakeside), key=lambda one: one.pk)
    send_parts(begin(second, DATA), DATA)
    with inside(second):
        UploadSession.objects.update(expires_at="2026-01-01T00:00:00Z")
    use(first, some_bucket())

    def destroyed(_location, _field):
        raise Unsealable(KEY_GONE)

    monkeypatch.setattr("apps.tenants.places.get_secret", destroyed)
    sweep_uploads()
    assert (again_state(second), staged(second)) == (["expired"], [])
