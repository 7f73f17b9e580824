"""An AE title or a port leads to the one live organization that has it, and to nobody else."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from apps.tenants import inbound
from apps.tenants.claims import Taken
from apps.tenants.lookups import organization_by_ae_title, organization_by_listener
from apps.tenants.model_inbound import ApplicationEntity, Hl7Listener
from apps.tenants.models import Organization
from tests.database import committed
from tests.factories import inside


def title(organization, name="MERCY", **fields):
    fields = {"calling_hosts": "10.1.0.0/16"} | fields
    with inside(organization):
        return inbound.set_application_entity(organization, name, **fields)


def listener(organization, port=2601, name="Orders", **fields):
    with inside(organization):
        return inbound.set_listener(organization, name, port=port, peers="10.2.0.7", **fields)


@committed
def test_each_is_found_before_a_scope_exists(mercy, lakeside):
    title(mercy)
    title(lakeside, "LAKESIDE")
    listener(lakeside)
    assert organization_by_ae_title("MERCY ") == mercy.pk
    assert organization_by_ae_title("LAKESIDE") == lakeside.pk
    assert organization_by_listener(2601) == lakeside.pk
    assert organization_by_ae_title("mercy") is None
    assert organization_by_listener(2602) is None


@committed
def test_one_out_of_use_or_of_an_organization_not_live_leads_nowhere(mercy, lakeside):
    title(mercy, is_active=False)
    listener(mercy, is_active=False)
    title(lakeside, "LAKESIDE")
    listener(lakeside, port=2602)
    with inside(lakeside):
        Organization.objects.update(is_live=False)
    assert organization_by_ae_title("MERCY") is organization_by_ae_title("LAKESIDE") is None
    assert organization_by_listener(2601) is organization_by_listener(2602) is None


@committed
def test_in_its_scope_the_row_is_read_and_elsewhere_there_is_none(mercy, lakeside):
    row, port = title(mercy), listener(mercy)
    with inside(mercy):
        assert inbound.application_entity("MERCY") == row
        assert inbound.listener_at(2601) == port
        assert inbound.listeners() == [port]
    with inside(lakeside):
        assert inbound.application_entity("MERCY") is None
        assert inbound.listener_at(2601) is None
        assert inbound.listeners() == []


@committed
@pytest.mark.parametrize(("make", "what"), [(title, "AE title"), (listener, "port")])
def test_what_another_has_is_refused_in_use_or_not(mercy, lakeside, make, what):
    make(lakeside, is_active=False)
    with pytest.raises(Taken) as taken:
        make(mercy)
    assert (taken.value.holder, taken.value.what) == (lakeside, what)
    assert "akeside" not in str(taken.value)


@committed
@pytest.mark.parametrize(
    ("model", "values"),
    [(ApplicationEntity, {"title": "SAME"}), (Hl7Listener, {"port": 2601, "name": "A"})],
)
def test_the_database_refuses_two_that_are_the_same(mercy, lakeside, model, values):
    with inside(mercy):
        model.objects.create(organization=mercy, **values)
    with pytest.raises(IntegrityError), inside(lakeside), transaction.atomic():
        model.objects.create(organization=lakeside, **values)


@pytest.mark.parametrize(
    ("titles", "hosts", "calling", "address", "admitted"),
    [
        ("CART1\nCART2", "", "CART2 ", "192.0.2.1", True),
        ("CART1", "", "CART3", "192.0.2.1", False),
        ("", "10.1.0.0/16", "ANY", "10.1.2.3", True),
        ("", "10.1.0.0/16", "ANY", "10.2.2.3", False),
        ("CART1", "10.1.0.0/16", "CART1", "10.2.2.3", False),
        ("CART1", "10.1.0.0/16", "cart1", "10.1.2.3", False),
        ("CART1", "10.1.0.0/16", "CART1", "10.1.2.3", True),
    ],
)
def test_a_device_is_admitted_by_its_title_and_its_address(
    titles, hosts, calling, address, admitted
):
    row = ApplicationEntity(calling_titles=titles, calling_hosts=hosts)
    assert row.admits(calling, address) is admitted


def test_a_listener_admits_its_senders_only():
    row = Hl7Listener(peers="10.2.0.7")
    assert row.admits("10.2.0.7")
    assert not row.admits("10.2.0.8")


def test_a_listener_that_names_certificates_trusts_no_other():
    assert Hl7Listener().trusts("")
    row = Hl7Listener(certificates="ab" * 32 + "\n" + "cd" * 32)
    assert row.trusts("cd" * 32)
    assert not row.trusts("ef" * 32)
    assert not row.trusts("")


def test_calling_titles_are_tidied_and_what_is_none_is_named():
    assert inbound.calling_titles(" CART1 \n\nCART1\ncart two") == "CART1\ncart two"
    with pytest.raises(ValueError, match="no AE title"):
        inbound.calling_titles("CART\\1")
