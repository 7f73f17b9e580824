"""Prove that stored bytes and the rows that name them agree."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.tenants.command import organization_id_of, slug_of
from apps.tenants.lookups import organization_ids
from apps.tenants.reconcile import Reconciled, reconcile

TELL_EVERY_S = 5


class Command(BaseCommand):
    help = "Compare rows and stored objects both ways; exit 1 naming the first fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--deep", action="store_true", help="open every object as well")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen, failures = options["organization"], []
        ids = [organization_id_of(chosen)] if chosen else organization_ids()
        for organization_id in ids:
            slug = slug_of(organization_id)
            found = self._reconciled(organization_id, slug, deep=options["deep"])
            write = _as_json if options["json"] else _as_text
            self.stdout.write(write(slug, found))
            failures += [f"{slug}: {code} {key}".rstrip() for code, key in found.faults]
        if failures:
            raise CommandError(failures[0])

    def _reconciled(self, organization_id: int, slug: str, *, deep: bool) -> Reconciled:
        told = time.monotonic()

        def tell(count: int) -> None:
            nonlocal told
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                self.stderr.write(f"{slug}: {count} so far")

        try:
            return reconcile(organization_id, deep=deep, progress=tell)
        except (RetryableError, Unsealable) as error:
            return Reconciled(faults=[(error.code, "")])
        except OSError:
            return Reconciled(faults=[("storage-unavailable", "")])


def _as_json(slug: str, found: Reconciled) -> str:
    faults = [{"code": code, "key": key} for code, key in found.faults]
    counts = {
        "named": found.named,
        "objects": found.objects,
        "opened": found.opened,
        "young": found.young,
        "temporary": found.temporary,
    }
    return json.dumps({"organization": slug, **counts, "faults": faults})


def _as_text(slug: str, found: Reconciled) -> str:
    opened = f", {found.opened} opened" if found.opened else ""
    young = f", {found.young} too young to judge" if found.young else ""
    outcome = f"{len(found.faults)} at fault" if found.faults else "verified"
    return f"{slug}: {found.named} named, {found.objects} objects{opened}{young}, {outcome}"
