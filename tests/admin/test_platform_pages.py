"""What platform staff watch without entering: counts, chains, the roles of staff."""

from __future__ import annotations

import json

import pytest

from apps.audit.models import AuditEvent
from apps.tenants.models import PlatformRole, User
from tests.admin.people import events, page, platform_staff, recorded, signed_in
from tests.database import committed, raw_connection
from tests.factories import inside, make_ingress, make_staff, organization_of

pytestmark = committed


def test_queues_are_counted_by_organization_without_a_name_of_a_file(mercy, lakeside):
    make_ingress(mercy, state="dead", filename="SECRETNAME.dcm")
    make_ingress(mercy), make_ingress(lakeside)
    answer = signed_in(platform_staff()).get("/platform/queues")
    counted = {str(r["organization"]): r["counts"] for r in answer.context["rows"]}
    assert counted == {"Lakeside": [1, 0, 0, 0], "Mercy": [1, 0, 0, 1]}
    assert {r["queue"] for r in answer.context["rows"]} == {"Arrived files"}
    assert "SECRETNAME" not in answer.content.decode()


def test_security_verifies_a_chain_on_the_platforms_record(mercy):
    recorded(mercy, "ecg.worklist.viewed")
    security = make_staff("security")
    client = signed_in(security)
    text = client.post(f"/platform/audit/{mercy.public_id}", follow=True).content.decode()
    assert "Mercy: 1 events verify." in text
    [event] = events(organization_of("platform"), "audit.chain.verified")
    assert (event.actor, json.loads(event.details)) == (security, {"count": 1, "outcome": "whole"})


def test_a_broken_chain_is_told_without_its_content(mercy):
    recorded(mercy, "ecg.worklist.viewed", count=4711)
    with raw_connection("owner", autocommit=False) as raw:
        table = AuditEvent._meta.db_table
        raw.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        raw.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        raw.execute(f"UPDATE {table} SET code = 'ecg.recording.viewed'")
        raw.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        raw.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    client = signed_in(make_staff("security"))
    text = client.post(f"/platform/audit/{mercy.public_id}", follow=True).content.decode()
    assert "event 1 was changed" in text
    assert "4711" not in text


def test_a_superuser_gives_a_role_on_the_platforms_record():
    root, new = make_staff(is_superuser=True), make_staff()
    answer = signed_in(root).post(page(PlatformRole, "add"), {"user": new.pk, "role": "support"})
    assert answer.status_code == 302
    held = PlatformRole.objects.get(user=new)
    assert (held.role, held.given_by) == ("support", root)
    [event] = events(organization_of("platform"), "tenants.platform.given")
    assert (event.object_id, event.actor) == (str(new.public_id), root)


def test_only_staff_without_a_role_can_be_given_one(reader):
    root, held = make_staff(is_superuser=True), make_staff("support")
    for user in (reader, held):
        given = {"user": user.pk, "role": "security"}
        assert signed_in(root).post(page(PlatformRole, "add"), given).status_code == 200
    assert PlatformRole.objects.get().role == "support"


@pytest.mark.parametrize("role", ["operator", "support", "security"])
def test_staff_give_themselves_and_others_nothing(role):
    staff, other = make_staff(role), make_staff()
    client = signed_in(staff)
    given = {"user": other.pk, "role": "security"}
    assert client.post(page(PlatformRole, "add"), given).status_code == 403
    own = PlatformRole.objects.get(user=staff)
    assert client.post(page(PlatformRole, "change", own), {"role": "security"}).status_code == 403
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    assert client.post(page(PlatformRole, "change", own), {"role": "security"}).status_code == 403


def test_staff_without_a_role_may_do_nothing(mercy):
    client = signed_in(make_staff())
    assert client.get("/admin/").status_code == 403
    assert client.get("/worklist").url == "/organizations"
    with inside(mercy):
        assert not AuditEvent.objects.filter(code="tenants.organization.entered").exists()
