"""manage.py index_search [--organization SLUG]: what recordings are found by, made anew."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.reports.search.rebuild import index_organization
from apps.tenants.command import organization_id_of, slug_of
from apps.tenants.lookups import organization_ids

TELL_EVERY_S = 5


class Command(BaseCommand):
    help = "Make the search terms of every recording anew; safe while people work, and again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["organization"]
        for organization_id in [organization_id_of(chosen)] if chosen else organization_ids():
            slug = slug_of(organization_id)
            count = self._index(organization_id, slug)
            said = {"organization": slug, "recordings": count}
            self.stdout.write(
                json.dumps(said) if options["json"] else f"{slug}: {count} recordings"
            )

    def _index(self, organization_id: int, slug: str) -> int:
        told = time.monotonic()

        def tell(count: int) -> None:
            nonlocal told
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                self.stderr.write(f"{slug}: {count} so far")

        return index_organization(organization_id, tell)
