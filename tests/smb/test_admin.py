"""Shares and their files in the administration."""

from __future__ import annotations

from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.ingestion.model_share import ShareSource
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.models import Ingress
from apps.ingestion.sources import note_failed, sources_due
from tests.admin.people import page, signed_in
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file

pytestmark = committed


def test_a_share_shows_its_last_look_and_counts(source, folder, look, admin_user):
    (folder / "a.dcm").write_bytes(ecg_file(1))
    (folder / "b.dcm").write_bytes(ecg_file(2)[:900])
    look()
    shown = signed_in(admin_user).get(page(ShareSource, "change", source)).content.decode()
    for words in ("Looked into", "Files found by the last look.", "Files taken from it so far."):
        assert words in shown
    with inside(source.organization):
        row = ShareSource.objects.get()
    assert (row.found, row.taken, row.held_back) == (2, 1, 1)


def test_try_now_ends_the_pause_after_failures(source, admin_user, reader):
    with inside(source.organization):
        note_failed(source, timezone.now(), "share-refused")
        assert not sources_due(timezone.now())
    form = {"action": "try_now", "_selected_action": source.pk}
    assert signed_in(reader).post(page(ShareSource), form).status_code == 403
    signed_in(admin_user).post(page(ShareSource), form)
    with inside(source.organization):
        assert sources_due(timezone.now()) == [source]
        assert AuditEvent.objects.filter(code="ingestion.share.tried").count() == 1


def test_a_person_can_find_the_file_and_looking_is_on_the_record(source, folder, look, admin_user):
    (folder / "ward").mkdir()
    (folder / "ward" / "Jane Doe.dcm").write_bytes(ecg_file(1)[:900])
    look()
    with inside(source.organization):
        row = ShareFile.objects.get()
    shown = signed_in(admin_user).get(page(ShareFile, "change", row)).content.decode()
    assert "ward\\Jane Doe.dcm" in shown
    assert "Not whole yet" in shown
    with inside(source.organization):
        viewed = AuditEvent.objects.get(code="web.admin.viewed")
    assert "Jane" not in str(viewed.details)


def test_an_arrival_names_what_lay_beside_it(source, folder, look, technician, client_of):
    (folder / "A1.dcm").write_bytes(ecg_file(1))
    (folder / "a1.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    look()
    with inside(source.organization):
        ecg = Ingress.objects.get(filename="A1.dcm")
        document = Ingress.objects.get(filename="a1.pdf")
    shown = client_of(technician).get(f"/arrivals/{ecg.public_id}").content.decode()
    assert "Lay beside it" in shown
    assert f"/arrivals/{document.public_id}" in shown
