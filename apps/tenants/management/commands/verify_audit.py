"""Prove that every organization's trail is as it was written."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.anchors.store import AnchorStore, anchor_store
from apps.audit.proof import Proof, orphans, prove
from apps.tenants.lookups import organization_by_slug, organization_ids
from apps.tenants.queries import organization_named

Line = tuple[str, dict[str, Proof]]
NO_ANCHORS = (
    "No anchors are kept (EINTHOVEN_AUDIT_ANCHORS): a cut tail or a chain rewritten with its key"
    " is not noticed."
)


class Command(BaseCommand):
    help = "Prove every organization's trail; exit 1 naming the first fault and its event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        store = anchor_store()
        if store is None:
            self.stderr.write(NO_ANCHORS)
        failures = []
        for name, proofs in _lines(options["organization"], store):
            self.stdout.write(_line(name, proofs, as_json=options["json"]))
            failures += [f"{name}: {proof.failure}" for proof in proofs.values() if proof.failure]
        if failures:
            raise CommandError(failures[0])


def _lines(slug: str | None, store: AnchorStore | None) -> Iterator[Line]:
    try:
        names = store.names() if store else []
        chosen = _chosen(slug)
        known = set()
        for organization in map(organization_named, chosen):
            public_id = str(organization.public_id)
            known.add(public_id)
            yield organization.slug, prove(organization.pk, public_id, store, names)
    except OSError:
        raise CommandError("The place of the anchors cannot be read.") from None
    if slug is None:
        for public_id, count in orphans(names, known).items():
            words = f"the organization is missing: {count} anchors of it are kept"
            yield public_id, {"events": Proof(0), "anchors": Proof(count, words)}


def _chosen(slug: str | None) -> list[int]:
    if slug is None:
        return organization_ids()
    organization_id = organization_by_slug(slug)
    if organization_id is None:
        raise CommandError(f"There is no organization “{slug}”.")
    return [organization_id]


def _line(name: str, proofs: dict[str, Proof], *, as_json: bool) -> str:
    wrong = next((proof for proof in proofs.values() if proof.failure), Proof(0))
    if as_json:
        counts = {kind: proof.looked_at for kind, proof in proofs.items()}
        fields = {"organization": name, **counts, "failure": wrong.failure, "seq": wrong.seq}
        return json.dumps(fields)
    looked_at = ", ".join(f"{proof.looked_at} {kind}" for kind, proof in proofs.items())
    return f"{name}: {looked_at}, {wrong.failure or 'verified'}"
