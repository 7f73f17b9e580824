"""Single sign-on in the demo: the simulated provider vouches for a domain of one organization."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from apps.core.scope import organization_scope
from apps.tenants.actions import add_member, get_or_create_user
from apps.tenants.models import IdentityProvider, Membership, Organization
from apps.tenants.sign_on.domains import confirm_domains, set_domains
from apps.tenants.sign_on.secrets import set_client_secret

DOMAIN = "sso.mercy.example"
READER = ("ines@sso.mercy.example", "Dr Ines Duarte")
# As the simulated provider has it; it runs on this machine and knows invented people only.
CLIENT = ("einthoven", "only for demonstrations")


def provision_sign_on(organization: Organization) -> None:
    """Its port may differ from start to start; without one there is none."""
    if not settings.DEMO_IDP_PORT:
        return
    with organization_scope(organization.pk), transaction.atomic():
        name = "Mercy staff sign-in (simulated)"
        row = IdentityProvider.objects.filter(name=name).first()
        row = row or IdentityProvider(organization=organization, name=name)
        row.kind = IdentityProvider.Kind.OIDC
        row.issuer = f"http://127.0.0.1:{settings.DEMO_IDP_PORT}"
        row.client_id = CLIENT[0]
        row.joins_as = Membership.Role.TECHNICIAN
        set_client_secret(row, CLIENT[1])
        row.save()
        set_domains(row, [DOMAIN])
        confirm_domains(row)
        add_member(organization, get_or_create_user(*READER, None), Membership.Role.READER)
