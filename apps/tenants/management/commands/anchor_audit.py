"""Write down the ends of all audit chains now, instead of waiting for the sweeper."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.anchors.store import anchor_store
from apps.tenants.anchoring import Anchored, anchor_everybody
from apps.tenants.queries import organization_named


class Command(BaseCommand):
    help = "Anchor every organization's chain for today; anchors that are there stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        store = anchor_store()
        if store is None:
            raise CommandError("EINTHOVEN_AUDIT_ANCHORS is not set: no anchors are kept.")
        try:
            done = anchor_everybody(store)
        except OSError:
            raise CommandError("The place of the anchors cannot be read or written.") from None
        for anchored in done:
            self.stdout.write(_line(anchored, as_json=options["json"]))


def _line(anchored: Anchored, *, as_json: bool) -> str:
    slug = organization_named(anchored.organization_id).slug
    if as_json:
        return json.dumps({"organization": slug, "made": anchored.days})
    return f"{slug}: {', '.join(anchored.days) or 'was anchored today already'}"
