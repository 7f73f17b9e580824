"""An organization is live when all it needs is there, and not a moment before."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from apps.audit.models import AuditHead
from apps.audit.verify import verify_chain
from apps.tenants import actions
from apps.tenants.actions import NewOrganization, provision_organization
from apps.tenants.lookups import memberships_of, organization_by_slug
from apps.tenants.models import DataKey, Organization, Site
from apps.tenants.zones import validate_zone
from tests.database import committed
from tests.factories import inside, make_user, organization_of
from tests.ingestion.files import codes_of

WANTED = NewOrganization(
    "northside",
    "Northside",
    region="us",
    time_zone="America/Chicago",
    assigning_authority="NORTH",
    sites=("Main", "Annex"),
)


@committed
def test_a_new_organization_has_its_chain_and_sites_and_is_live():
    place = provision_organization(WANTED)
    assert (place.is_live, place.region, place.assigning_authority) == (True, "us", "NORTH")
    with inside(place):
        assert [site.name for site in Site.objects.all()] == ["Annex", "Main"]
        assert {site.time_zone for site in Site.objects.all()} == {"America/Chicago"}
    assert codes_of(place) == ["tenants.data_key.created", "tenants.organization.onboarded"]
    assert verify_chain(place.pk).failure == ""


@committed
def test_onboarding_again_changes_nothing():
    first = provision_organization(WANTED)
    again = provision_organization(WANTED)
    assert first == again
    assert codes_of(first) == ["tenants.data_key.created", "tenants.organization.onboarded"]
    with inside(first):
        assert Site.objects.count() == 2


@committed
@pytest.mark.parametrize("place", ["AuditHead", "ensure_data_key", "Site", "put_live"])
def test_onboarding_that_was_killed_completes_and_is_never_half_live(monkeypatch, place):
    def killed(*_args, **_fields):
        raise KeyboardInterrupt

    is_function = place in ("put_live", "ensure_data_key")
    target = actions if is_function else getattr(actions, place).objects
    name = place if is_function else "get_or_create"
    with monkeypatch.context() as crashing:
        crashing.setattr(target, name, killed, raising=False)
        with pytest.raises(KeyboardInterrupt):
            provision_organization(WANTED)
    person = make_user(None)
    organization = Organization.objects.using("platform").get(slug="northside")
    assert not organization.is_live
    assert memberships_of(person.pk) == []
    assert provision_organization(WANTED).is_live
    with inside(organization):
        assert AuditHead.objects.count() == DataKey.objects.count() == 1


@committed
def test_an_organization_that_is_not_live_lets_nobody_in(monkeypatch):
    with monkeypatch.context() as half_way:
        half_way.setattr(actions, "put_live", lambda organization: organization)
        provision_organization(WANTED)
    place = organization_of("northside")
    person = make_user(place)
    assert memberships_of(person.pk) == []
    provision_organization(WANTED)
    assert [entry.organization_id for entry in memberships_of(person.pk)] == [place.pk]


@committed
def test_a_name_leads_to_its_organization_or_to_nothing(mercy):
    assert organization_by_slug("mercy") == mercy.pk
    assert organization_by_slug("nowhere") is None
    assert organization_by_slug("MERCY") is None


@pytest.mark.parametrize("name", ["Europe/London", "America/Chicago", "UTC"])
def test_a_zone_is_known_by_its_iana_name(name):
    validate_zone(name)


@pytest.mark.parametrize("name", ["", "Londn", "GMT+25", "../../etc/passwd", "/etc/localtime"])
def test_anything_else_is_no_zone(name):
    with pytest.raises(ValidationError):
        validate_zone(name)
