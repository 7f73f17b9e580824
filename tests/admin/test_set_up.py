"""Setting an organization up: the organization itself, sites, destinations, algorithms, prices."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from apps.audit.models import AuditHead
from apps.audit.verify import verify_chain
from apps.billing.models import Price
from apps.inference.models import AlgorithmVersion
from apps.integrations.models import Destination
from apps.tenants.models import Organization, Site
from tests.admin.people import entered, events, field_names, page, platform_staff, signed_in
from tests.database import committed
from tests.factories import inside, organization_of
from tests.isolation.rows import make_row

pytestmark = committed

NEW = {
    "slug": "northside",
    "name": "Northside",
    "type": "laboratory",
    "region": "uk",
    "time_zone": "Europe/London",
    "assigning_authority": "NORTH",
    "sites": "Main hospital\n\n  Clinic  A \nMain hospital",
}


def test_adding_an_organization_makes_it_live():
    staff = platform_staff()
    assert signed_in(staff).post(page(Organization, "add"), NEW).status_code == 302
    northside = organization_of("northside")
    assert (northside.is_live, northside.type) == (True, "laboratory")
    with inside(northside):
        assert [site.name for site in Site.objects.all()] == ["Clinic A", "Main hospital"]
        assert AuditHead.objects.get().seq == 3
    _, onboarded, added = events(northside)
    assert (onboarded.code, added.code) == ("tenants.organization.onboarded", "web.admin.added")
    assert added.actor == staff
    assert verify_chain(northside.pk).failure == ""


@pytest.mark.parametrize(
    "wrong", [{"slug": "mercy"}, {"slug": "platform"}, {"time_zone": "Mars/Base"}, {"sites": ""}]
)
def test_an_organization_that_cannot_be_is_refused(wrong, mercy):
    answer = signed_in(platform_staff()).post(page(Organization, "add"), NEW | wrong)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == list(wrong)


def test_an_organization_cut_short_is_completed():
    Organization.objects.using("platform").create(slug="northside", name="Northside")
    signed_in(platform_staff()).post(page(Organization, "add"), NEW)
    assert organization_of("northside").is_live


def test_platform_staff_change_a_name_on_the_customers_record(mercy):
    staff = platform_staff()
    client = signed_in(staff)
    address = page(Organization, "change", mercy)
    assert field_names(client.get(address)) == [
        "name",
        "time_zone",
        "assigning_authority",
        "second_factor_required",
        "signatures_required",
    ]
    given = {"name": "Mercy Trust", "time_zone": "Europe/Paris", "assigning_authority": "LOCAL"}
    assert client.post(address, given | {"slug": "x", "is_live": ""}).status_code == 302
    changed = organization_of("mercy")
    assert (changed.name, changed.time_zone, changed.is_live) == (
        "Mercy Trust",
        "Europe/Paris",
        True,
    )
    [event] = events(mercy, "web.admin.changed")
    assert event.actor == staff
    assert json.loads(event.details) == {"field": "name, time_zone"}


def test_an_administrator_changes_the_own_settings_only(mercy, lakeside, admin_user):
    client = signed_in(admin_user)
    given = {"name": "Mine", "time_zone": "UTC", "assigning_authority": "A"}
    assert client.post(page(Organization, "change", mercy), given).status_code == 302
    assert client.post(page(Organization, "change", lakeside), given).status_code == 404
    assert organization_of("mercy").name == "Mine"
    assert organization_of("lakeside").name == "Lakeside"
    assert client.post(page(Organization, "add"), NEW).status_code == 403


def test_entry_without_approval_is_for_the_organization_to_allow(mercy, admin_user):
    given = {"name": "Mercy", "time_zone": "UTC", "assigning_authority": "A"}
    given["allows_emergency_entry"] = "on"
    signed_in(platform_staff()).post(page(Organization, "change", mercy), given)
    assert not organization_of("mercy").allows_emergency_entry
    signed_in(admin_user).post(page(Organization, "change", mercy), given)
    assert organization_of("mercy").allows_emergency_entry


def test_a_site_takes_the_organization_of_the_scope(mercy, lakeside, admin_user):
    client = signed_in(admin_user)
    given = {"name": "Ward 7", "time_zone": "UTC", "organization": lakeside.pk}
    assert client.post(page(Site, "add"), given).status_code == 302
    with inside(mercy):
        assert Site.objects.get().name == "Ward 7"
    [event] = events(mercy, "web.admin.added")
    assert (event.actor, event.object_type) == (admin_user, "tenants.site")


def test_a_name_taken_is_an_error_on_the_form(mercy, lakeside, admin_user):
    make_row(Site, mercy, name="Ward 7")
    make_row(Site, lakeside, name="Ward 8")
    client = signed_in(admin_user)
    taken = client.post(page(Site, "add"), {"name": "Ward 7", "time_zone": "UTC"})
    assert taken.status_code == 200
    assert "already exists" in taken.content.decode()
    assert client.post(page(Site, "add"), {"name": "Ward 8", "time_zone": "UTC"}).status_code == 302


def test_platform_staff_cannot_change_configuration_from_outside(mercy):
    site = make_row(Site, mercy)
    given = {"name": "Other", "time_zone": "UTC"}
    staff = platform_staff()
    assert signed_in(staff).post(page(Site, "change", site), given).status_code == 403
    assert entered(mercy).post(page(Site, "change", site), given).status_code == 403


def test_platform_lists_name_the_organization_of_each_row(mercy, lakeside):
    make_row(Destination, mercy), make_row(Destination, lakeside)
    text = signed_in(platform_staff()).get(page(Destination)).content.decode()
    assert "Mercy" in text
    assert "Lakeside" in text


def test_an_algorithm_version_is_switched_off_and_nothing_else(mercy, admin_user):
    version = make_row(AlgorithmVersion, mercy, is_enabled=True, version="1.0.0")
    client = signed_in(admin_user)
    address = page(AlgorithmVersion, "change", version)
    assert field_names(client.get(address)) == ["is_enabled"]
    client.post(address, {"version": "9"})
    with inside(mercy):
        found = AlgorithmVersion.objects.get(pk=version.pk)
    assert (found.is_enabled, found.version) == (False, "1.0.0")


def test_a_price_in_effect_stays(mercy, admin_user):
    today = timezone.localdate()
    past = make_row(Price, mercy, effective_from=today, meter="report.signed")
    coming = make_row(Price, mercy, effective_from=today.replace(year=today.year + 1))
    client = signed_in(admin_user)
    given = {
        "meter": "report.signed",
        "unit_price": "2",
        "currency": "GBP",
        "effective_from": "2199-01-01",
    }
    statuses = [
        client.post(page(Price, "change", row), given).status_code for row in (past, coming)
    ]
    assert statuses == [403, 302]


def test_fields_explain_themselves(mercy, admin_user):
    text = signed_in(admin_user).get(page(Destination, "add")).content.decode()
    assert "MSH-5 of messages to it." in text


def test_an_empty_list_says_how_to_begin(mercy, admin_user):
    text = signed_in(admin_user).get(page(Destination)).content.decode()
    assert "Add the address of your EHR." in text
