"""The demo's two customers, with people of each role, a price list and an EHR."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from apps.billing.models import Meter, Price
from apps.core.scope import organization_scope
from apps.inference.actions import register_builtin_rules
from apps.integrations.actions import set_destination
from apps.integrations.models import Destination
from apps.tenants.actions import (
    NewOrganization,
    add_member,
    get_or_create_user,
    provision_organization,
)
from apps.tenants.inbound import set_application_entity, set_listener
from apps.tenants.models import Membership, Organization, PlatformRole

# Everybody may know it: seed_demo refuses to run anywhere but in the demo.
PASSWORD = "einthoven demo 25"  # noqa: S105 - of invented people

THIS_MACHINE = "127.0.0.1\n::1"

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Login:
    email: str
    full_name: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    wanted: NewOrganization
    currency: str
    logins: tuple[Login, ...]


MERCY = DemoOrganization(
    NewOrganization(
        "mercy",
        "Mercy Health",
        Organization.Region.UK,
        "Europe/London",
        "MERCY",
        ("A&E", "Ward 7", "Clinic B"),
    ),
    "GBP",
    (
        Login("reader@mercy.example", "Dr Ada Okafor", Role.READER),
        Login("technician@mercy.example", "Tom Reid", Role.TECHNICIAN),
        Login("admin@mercy.example", "Grace Lin", Role.ADMINISTRATOR),
        Login("trainee@mercy.example", "Dr Ben Ito", Role.TRAINEE),
        Login("auditor@mercy.example", "Ines Moreau", Role.AUDITOR),
    ),
)
LAKESIDE = DemoOrganization(
    NewOrganization(
        "lakeside",
        "Lakeside Clinics",
        Organization.Region.US,
        "America/Chicago",
        "LAKESIDE",
        ("Main campus",),
    ),
    "USD",
    (
        Login("reader@lakeside.example", "Dr Raj Shah", Role.READER),
        Login("technician@lakeside.example", "Lena Ortiz", Role.TECHNICIAN),
        Login("admin@lakeside.example", "Sam Cole", Role.ADMINISTRATOR),
    ),
)
STAFF = (
    Login("operator@einthoven.example", "Olga Petrov", PlatformRole.Role.OPERATOR),
    Login("support@einthoven.example", "Sunil Rao", PlatformRole.Role.SUPPORT),
    Login("security@einthoven.example", "Sara Nyberg", PlatformRole.Role.SECURITY),
)


def provision(demo: DemoOrganization) -> Organization:
    """Make or complete one; what exists stays as it is."""
    organization = provision_organization(demo.wanted)
    with organization_scope(organization.pk), transaction.atomic():
        for login in demo.logins:
            user = get_or_create_user(login.email, login.full_name, PASSWORD)
            add_member(organization, user, login.role)
        register_builtin_rules(organization)
        _prices(organization, demo.currency)
        _ehr(organization)
    with organization_scope(organization.pk):
        set_application_entity(organization, ae_title(demo), calling_hosts=THIS_MACHINE)
        if demo is MERCY and settings.DEMO_HL7_PORT:
            set_listener(
                organization,
                "Orders",
                host="127.0.0.1",
                port=settings.DEMO_HL7_PORT,
                peers=THIS_MACHINE,
            )
    return organization


def ae_title(demo: DemoOrganization) -> str:
    """By which a device on this machine reaches the organization."""
    return f"{demo.wanted.slug.upper()}_ECG"


def provision_staff() -> None:
    for login in STAFF:
        user = get_or_create_user(login.email, login.full_name, PASSWORD, staff=True)
        PlatformRole.objects.get_or_create(user=user, defaults={"role": login.role})


def _prices(organization: Organization, currency: str) -> None:
    for meter, amount in ((Meter.INFERENCE, "4.25"), (Meter.REPORT, "1.50")):
        Price.objects.get_or_create(
            organization=organization,
            meter=meter,
            effective_from=dt.date(2020, 1, 1),
            defaults={"unit_price": Decimal(amount), "currency": currency},
        )


def _ehr(organization: Organization) -> None:
    """The simulated EHR, on this machine; its port may differ from start to start."""
    set_destination(
        organization,
        "Simulated EHR",
        host="127.0.0.1",
        port=settings.DEMO_EHR_PORT,
        transport=Destination.Transport.PRIVATE,
        receiving_application="SIMEHR",
        receiving_facility=organization.slug,
    )
