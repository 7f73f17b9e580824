"""Everything that is proven of one organization's trail."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.audit.anchors.check import Kept, missing_anchor, read_anchors
from apps.audit.anchors.store import AnchorStore
from apps.audit.anchors.trail import AnchorTrail
from apps.audit.verify import verify_chain
from apps.core.scope import organization_scope
from config.proofs import SECTIONS


@dataclass(frozen=True, slots=True)
class Proof:
    """How many of what were looked at; the first fault and its event's number."""

    looked_at: int
    failure: str = ""
    seq: int = 0


def prove(
    organization_id: int, public_id: str, store: AnchorStore | None, names: list[str]
) -> dict[str, Proof]:
    """The chain, its anchors, and what the sections prove from it."""
    kept = read_anchors(store, public_id, names) if store else Kept(AnchorTrail(()))
    chain = verify_chain(organization_id, kept.trail)
    proofs = {"events": Proof(chain.events, chain.failure, chain.seq)}
    if store and not chain.failure:
        with organization_scope(organization_id), transaction.atomic():
            kept = missing_anchor(store, kept, public_id, timezone.now().date())
    proofs["anchors"] = Proof(len(kept.trail.anchors), kept.failure, kept.seq)
    return proofs | {name: import_string(path)(organization_id) for name, path in SECTIONS.items()}


def orphans(names: list[str], known: set[str]) -> dict[str, int]:
    """Organizations of which there are anchors and nothing else, with how many."""
    found: dict[str, int] = {}
    for name in names:
        organization = name.partition("/")[0]
        if organization not in known:
            found[organization] = found.get(organization, 0) + 1
    return found
