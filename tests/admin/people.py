"""Who asks in these tests, and the addresses they ask for."""

from __future__ import annotations

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.audit import actions as audit
from apps.audit.models import AuditEvent
from apps.tenants import entries
from apps.tenants.models import Membership, Organization, PlatformRole, User
from tests.factories import inside, make_entry, make_staff
from tests.isolation.rows import make_row

REASON = "Deliveries stopped, asked for by the ward"


def platform_staff(role="operator", **fields):
    return make_staff(
        "" if fields.get("is_superuser") else role, full_name="Petra Platform", **fields
    )


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def entered(organization, person=None):
    """A browser of platform support inside an organization, approved by a second person."""
    person = person or platform_staff("support")
    entry = make_entry(organization, person, reason=REASON)
    entries.approve(entry, make_staff("security"))
    client = signed_in(person)
    answer = client.post(reverse("use-entry", args=[entry.public_id]))
    assert answer.url == "/admin/", answer.content
    return client


def enter_page(organization):
    return reverse("enter-organization", args=[organization.public_id])


def models():
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def page(model, kind="changelist", *keys):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}"
    return reverse(name, args=[getattr(key, "pk", key) for key in keys])


def events(organization, *codes):
    with inside(organization):
        found = AuditEvent.objects.select_related("actor").order_by("seq")
        return list(found.filter(code__in=codes) if codes else found)


def row_of(model, organization):
    """A row of any model that the administrator of the organization may read."""
    if model is Organization:
        return organization
    if model is User:
        return make_row(Membership, organization).user
    if model is PlatformRole:
        return PlatformRole.objects.get(user=make_staff("support"))
    if model is AuditEvent:
        return recorded(organization, "reports.report.signed")
    return make_row(model, organization)


def recorded(organization, code, subject=None, **fields):
    """An event in its place in the chain."""
    with inside(organization):
        audit.record(code, subject, **fields)
    return events(organization)[-1]


def field_names(response):
    return list(response.context["adminform"].form.fields)
