"""What an organization sees of a visit by platform staff: at once, on every page, afterwards."""

from __future__ import annotations

import csv
import io
import json
import uuid

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from apps.reports.models import Report
from apps.tenants import entries, entry_notice
from apps.tenants.access import Active, OnPlatform
from apps.tenants.entry_queries import get_entry_to_decide, looked_at, platform_entries
from apps.tenants.models import Organization
from tests.admin.people import REASON, entered, events, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import inside, make_entry, make_recording, make_user, make_visit

pytestmark = committed

LISTED = "/access/platform"


def of_visit(name, entry):
    return reverse(name, args=[entry.public_id])


def test_everybody_there_is_told_while_somebody_is_inside(mercy, stranger):
    entry = make_visit(mercy, platform_staff("support"))
    for role in ("reader", "technician", "trainee", "administrator"):
        text = signed_in(make_user(mercy, role)).get("/worklist").content.decode()
        assert "Petra Platform of platform support is in this organization" in text
    assert "is in this organization" in (
        signed_in(make_user(mercy, "researcher")).get("/start").content.decode()
    )
    assert "is in this organization" not in signed_in(stranger).get("/worklist").content.decode()
    entries.leave(mercy.pk, str(entry.public_id), entry.asked_by)
    text = signed_in(make_user(mercy)).get("/worklist").content.decode()
    assert "is in this organization" not in text


def test_the_reason_is_not_for_everybody(mercy, reader):
    make_visit(mercy)
    assert REASON not in signed_in(reader).get("/worklist").content.decode()


def test_an_emergency_is_louder(mercy, reader):
    make_visit(mercy, is_emergency=True, approved_at=None, approved_by=None)
    assert "Emergency entry without approval" in signed_in(reader).get("/worklist").content.decode()


def test_administrators_are_told_by_mail_without_patient_data(mercy, lakeside, admin_user, reader):
    make_user(lakeside, "administrator")
    make_recording(mercy)
    entered(mercy)
    [message] = mail.outbox
    assert message.to == [admin_user.email]
    assert "Petra Platform of platform support is in Mercy until" in message.body
    assert REASON not in message.body
    [event] = events(mercy, "tenants.entry.announced")
    assert json.loads(event.details)["count"] == 1


def test_mail_of_an_emergency_says_so(mercy, admin_user):
    with inside(mercy):
        Organization.objects.filter(pk=mercy.pk).update(allows_emergency_entry=True)
    need = entries.Need("incident", REASON, "CASE-17")
    entry_notice.announce(entries.ask_in_an_emergency(mercy, platform_staff("support"), need))
    assert mail.outbox[0].subject == "EMERGENCY entry of platform support to Mercy"


def test_mail_that_cannot_be_sent_stops_nobody_and_is_recorded(mercy, admin_user, monkeypatch):
    def refuse(self, *_, **__):
        raise ConnectionRefusedError

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    assert entered(mercy).get(page(Report)).status_code == 200
    assert len(events(mercy, "tenants.entry.unannounced")) == 1
    assert events(mercy, "tenants.entry.announced") == []


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_why_approved_by_and_what_was_read_is_listed(role, mercy):
    visitor = entered(mercy)
    recording = make_recording(mercy)
    visitor.get(f"/recordings/{recording.public_id}")
    client = signed_in(make_user(mercy, role))
    assert REASON in client.get(LISTED).content.decode()
    [event] = events(mercy, "tenants.organization.entered")
    text = client.get(f"{LISTED}/{event.object_id}").content.decode()
    assert "Recording viewed" in text
    assert str(recording.public_id) in text
    assert "nobody" not in text


def test_the_visits_events_are_its_own(mercy, admin_user):
    support = platform_staff("support")
    client = entered(mercy, support)
    client.get(page(Report))
    first = events(mercy, "tenants.organization.entered")[0].object_id
    client.post("/organizations/leave")
    entered(mercy, support).get("/worklist")
    answer = signed_in(admin_user).get(f"{LISTED}/{first}/file?form=json").json()
    assert [row["code"] for row in answer["events"]] == [
        "tenants.organization.entered",
        "web.admin.viewed",
        "tenants.organization.left",
    ]
    assert answer["entry"]["reason"] == REASON


def test_the_export_is_a_file_of_the_visits_events(mercy, admin_user):
    entered(mercy).get(page(Report))
    [event] = events(mercy, "tenants.organization.entered")
    answer = signed_in(admin_user).get(f"{LISTED}/{event.object_id}/file")
    assert answer["Content-Disposition"].startswith("attachment;")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows][-1] == "web.admin.viewed"
    assert len(events(mercy, "tenants.entry.exported")) == 1


def test_who_is_inside_exports_nothing(mercy):
    client = entered(mercy)
    [event] = events(mercy, "tenants.organization.entered")
    assert client.get(f"{LISTED}/{event.object_id}").status_code == 200
    assert client.get(f"{LISTED}/{event.object_id}/file").status_code == 403


def test_an_administrator_ends_a_visit_at_once(mercy, admin_user):
    visitor = entered(mercy)
    [event] = events(mercy, "tenants.organization.entered")
    assert visitor.get(page(Report)).status_code == 200
    signed_in(admin_user).post(f"{LISTED}/{event.object_id}/end")
    assert visitor.get(page(Report)).status_code == 403
    assert [e.actor for e in events(mercy, "tenants.entry.ended")] == [admin_user]
    signed_in(admin_user).post(f"{LISTED}/{event.object_id}/end")
    assert len(events(mercy, "tenants.entry.ended")) == 1


def test_an_auditor_reads_and_ends_nothing(mercy):
    entry = make_visit(mercy)
    client = signed_in(make_user(mercy, "auditor"))
    assert client.get(of_visit("visit", entry)).status_code == 200
    assert client.post(of_visit("end-visit", entry)).status_code == 403


def test_a_visit_elsewhere_is_like_none(lakeside, admin_user):
    foreign = make_entry(lakeside)
    client = signed_in(admin_user)
    assert client.get(of_visit("visit", foreign)).status_code == 404
    assert client.post(of_visit("end-visit", foreign)).status_code == 404


def test_inside_nothing_is_written(mercy, reader):
    client = entered(mercy)
    report = make_recording(mercy).reports
    with inside(mercy):
        report = report.get()
    addresses = [
        f"/reports/{report.public_id}/{what}" for what in ("draft", "submit", "sign", "amend")
    ]
    found = [
        client.post(address, {"text": "x", "revision": "1"}).status_code for address in addresses
    ]
    assert found == [403] * 4
    assert client.get("/upload").status_code == 403
    assert client.get(f"/recordings/{report.recording.public_id}").status_code == 200


@pytest.mark.parametrize("role", ["reader", "technician", "billing"])
def test_what_was_looked_at_is_told_to_no_other_role(role, mercy):
    entry = make_entry(mercy)
    with inside(mercy), pytest.raises(PermissionDenied):
        looked_at(Active(mercy.pk, role), entry)


def test_the_platform_lists_each_entry_once_and_what_is_open_first(mercy, lakeside):
    waiting, over = make_entry(mercy), make_visit(lakeside)
    entries.leave(lakeside.pk, str(over.public_id), over.asked_by)
    listed = platform_entries(OnPlatform("security"))
    assert [entry.pk for entry in listed] == [waiting.pk, over.pk]


def test_the_platform_decides_on_the_entry_it_names_and_on_no_other(mercy, lakeside):
    named, _ = make_entry(mercy), make_entry(lakeside)
    security = OnPlatform("security")
    assert get_entry_to_decide(security, named.public_id).pk == named.pk
    with pytest.raises(Http404):
        get_entry_to_decide(security, uuid.uuid4())
