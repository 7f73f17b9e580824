"""One e-mail domain leads to one organization's provider."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.db import transaction

from apps.core.locks import lock_until_commit
from apps.tenants.models import IdentityDomain, IdentityProvider, Organization

NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


class DomainTaken(Exception):
    """`holder` is the other organization: to be named to platform staff only."""

    def __init__(self, domain: str, holder: Organization) -> None:
        super().__init__("the domain is another organization's")
        self.domain = domain
        self.holder = holder


def domains_in(text: str) -> list[str]:
    """One spelling of each, in order. Raises ValueError with the one that is none."""
    names = [_one_spelling(part) for part in text.replace(",", " ").split()]
    return list(dict.fromkeys(names))


def _one_spelling(text: str) -> str:
    try:
        name = text.strip().lstrip("@").rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        raise ValueError(text) from None
    if not NAME.fullmatch(name):
        raise ValueError(text)
    return name


def check_free(organization_id: int, domains: Collection[str]) -> None:
    """Raises DomainTaken. Until the transaction ends nobody else takes one of them.

    Read as the platform role, which sees configuration of all.
    """
    for name in sorted(domains):
        lock_until_commit(f"domain {name}")
        rows = IdentityDomain.objects.db_manager("platform").select_related("organization")
        others = rows.filter(name=name, is_active=True).exclude(organization=organization_id)
        other = others.first()
        if other is not None:
            raise DomainTaken(name, other.organization)


@transaction.atomic
def set_domains(provider: IdentityProvider, domains: Collection[str]) -> None:
    """Those and no others; new ones wait for platform staff's word."""
    check_free(provider.organization_id, domains)
    rows = {row.name: row for row in IdentityDomain.objects.all()}
    for name, row in rows.items():
        if row.provider_id == provider.pk and row.is_active and name not in domains:
            row.is_active = row.is_confirmed = False
            row.save()
    for name in domains:
        row = rows.get(name) or IdentityDomain(
            organization_id=provider.organization_id, provider=provider, name=name
        )
        kept = row.pk is not None and row.is_active and row.is_confirmed
        row.provider, row.is_active = provider, True
        row.is_confirmed = kept
        row.save()


def confirm_domains(provider: IdentityProvider) -> list[str]:
    """Platform staff's word that they are the organization's. Call in its scope."""
    waiting = IdentityDomain.objects.filter(provider=provider, is_active=True, is_confirmed=False)
    names = sorted(waiting.values_list("name", flat=True))
    waiting.update(is_confirmed=True)
    return names
