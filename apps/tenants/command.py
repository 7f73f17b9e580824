"""What commands that work inside one organization share."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.db import transaction

from apps.core.scope import organization_scope
from apps.tenants.lookups import organization_by_slug
from apps.tenants.models import Organization


def add_organization(parser: ArgumentParser) -> None:
    parser.add_argument("--organization", required=True, metavar="SLUG", help="whose data it is")


def organization_id_of(slug: str) -> int:
    """Raises CommandError where there is none of that name."""
    found = organization_by_slug(slug)
    if found is None:
        raise CommandError(f"There is no organization “{slug}”.")
    return found


def slug_of(organization_id: int) -> str:
    with organization_scope(organization_id), transaction.atomic():
        return Organization.objects.get(pk=organization_id).slug
