"""Prove that every organization's trail is as it was written."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.audit.verify import ChainResult, verify_chain
from apps.core.scope import organization_scope
from apps.tenants.lookups import organization_by_slug, organization_ids
from apps.tenants.models import Organization


class Command(BaseCommand):
    help = "Recompute every organization's audit chain; exit 1 naming the first event at fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        failures = []
        for organization_id in _chosen(options["organization"]):
            slug, result = _slug(organization_id), verify_chain(organization_id)
            self.stdout.write(_line(slug, result, as_json=options["json"]))
            if result.failure:
                failures.append(f"{slug}: {result.failure}")
        if failures:
            raise CommandError(failures[0])


def _chosen(slug: str | None) -> list[int]:
    if slug is None:
        return organization_ids()
    organization_id = organization_by_slug(slug)
    if organization_id is None:
        raise CommandError(f"There is no organization “{slug}”.")
    return [organization_id]


def _slug(organization_id: int) -> str:
    with organization_scope(organization_id), transaction.atomic():
        return Organization.objects.get(pk=organization_id).slug


def _line(slug: str, result: ChainResult, *, as_json: bool) -> str:
    if as_json:
        fields = {"organization": slug, "events": result.events, "failure": result.failure}
        return json.dumps(fields)
    return f"{slug}: {result.events} events, {result.failure or 'verified'}"
