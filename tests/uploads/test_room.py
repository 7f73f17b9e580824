"""How many uploads may be begun and not finished: so many, no further one, room again at an end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.core.scope import organization_scope
from apps.ingestion import staging, upload_actions
from apps.ingestion.models import ProcessingRules, UploadSession
from apps.ingestion.upload_actions import begin_upload
from apps.ingestion.upload_ends import abort_upload, sweep_uploads
from apps.ingestion.upload_refused import UploadRefused
from apps.ingestion.upload_room import GIGABYTE, room_now
from apps.ingestion.watch import arrivals
from apps.tenants.models import Organization
from tests.api.keys import make_client
from tests.database import committed
from tests.factories import inside, make_user
from tests.uploads.sending import again, announced, begin, finish, send_parts

pytestmark = committed
DATA = b"0123456789abcdef" * 3


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.BLOB_ROOT = tmp_path / "blobs"
    settings.UPLOADS_OPEN = 4


def senders(organization):
    return [make_user(organization, "technician") for _ in range(3)]


def refused(organization, **given):
    with pytest.raises(UploadRefused, match="uploads-open") as caught:
        begin(organization, DATA, **given)
    return caught.value.words


def test_one_sender_holds_half_of_them_and_others_go_on(mercy, lakeside):
    one, two, three = senders(mercy)
    for _ in range(2):
        begin(mercy, DATA, sender=one)
    words = refused(mercy, sender=one)
    assert words.startswith("2 uploads that you began are not finished")
    assert "Finish or end one, then begin this one again." in words
    for _ in range(2):
        begin(mercy, DATA, sender=two)
    assert refused(mercy, sender=three).startswith("4 uploads of your organization")
    assert begin(lakeside, DATA)


def test_programs_are_senders_too(mercy):
    clients = [make_client(mercy)[0] for _ in range(2)]
    for _ in range(2):
        begin(mercy, DATA, source="api", client=clients[0])
    refused(mercy, source="api", client=clients[0])
    assert begin(mercy, DATA, source="api", client=clients[1])


def test_bytes_are_counted_as_announced_and_one_is_always_taken(mercy, settings):
    settings.UPLOADS_OPEN_BYTES = len(DATA) - 1
    first = begin(mercy, DATA)
    assert "would exceed" in refused(mercy)
    with organization_scope(mercy.pk):
        abort_upload(again(first))
    assert begin(mercy, DATA)


def test_finished_ended_and_late_ones_make_room(mercy):
    done, ended = begin(mercy, DATA), begin(mercy, DATA)
    refused(mercy)
    send_parts(done, DATA)
    finish(done, DATA)
    with organization_scope(mercy.pk):
        abort_upload(again(ended))
    late = [begin(mercy, DATA) for _ in range(2)]
    refused(mercy)
    with inside(mercy):
        UploadSession.objects.filter(pk=late[0].pk).update(expires_at="2026-01-01T00:00:00Z")
    assert begin(mercy, DATA)
    sweep_uploads()
    with inside(mercy):
        assert room_now().count == 2


def test_one_begun_before_goes_on_at_the_limit(mercy):
    first = announced(DATA)
    with organization_scope(mercy.pk):
        kept = begin_upload(first).upload
        begin(mercy, DATA)
        assert begin_upload(first).upload.pk == kept.pk
    send_parts(kept, DATA)
    assert finish(kept, DATA).is_new


def test_the_organizations_own_limit_holds(mercy, lakeside):
    with inside(mercy):
        ProcessingRules.objects.create(organization=mercy, uploads_open=1, uploads_open_gb=3)
        room = room_now()
    assert (room.most, room.most_each, room.most_bytes) == (1, 1, 3 * GIGABYTE)
    begin(mercy, DATA)
    refused(mercy)
    for _ in range(2):
        begin(lakeside, DATA)


def test_those_who_all_found_room_at_once_do_not_all_get_it(mercy, monkeypatch):
    found_room, place = threading.Barrier(4), staging.begin

    def begun_together(upload):
        found_room.wait(timeout=20)
        place(upload)

    monkeypatch.setattr(staging, "begin", begun_together)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(_tried, [mercy] * 4))
    assert sorted(outcomes) == [False, False, True, True]


def _tried(organization):
    try:
        return bool(begin(organization, DATA))
    except UploadRefused:
        return False
    finally:
        connections.close_all()


def test_what_is_refused_at_its_row_leaves_nothing_at_the_storage(mercy, monkeypatch):
    cleared = []
    monkeypatch.setattr(staging, "clear", cleared.append)
    monkeypatch.setattr(staging, "begin", lambda _upload: _close(mercy))
    with pytest.raises(upload_actions.OrganizationClosed):
        begin(mercy, DATA)
    assert len(cleared) == 1


def _close(organization):
    with inside(organization):
        Organization.objects.update(is_live=False)


def test_nearly_all_taken_is_told_and_no_more_once_there_is_room(mercy):
    one, two, _ = senders(mercy)
    for sender in (one, one, two):
        begin(mercy, DATA, sender=sender)
    assert _told(mercy) == {}
    last = begin(mercy, DATA, sender=two)
    assert _told(mercy) == {"ingestion.uploads_full": 100}
    with organization_scope(mercy.pk):
        abort_upload(again(last))
    assert _told(mercy) == {}


def _told(organization):
    with inside(organization):
        return {finding.code: finding.figure for finding in arrivals()}
