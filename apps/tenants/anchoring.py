"""Anchoring every organization's chain: what the sweeper does each hour and a command by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import structlog
from django.utils import timezone

from apps.audit.anchors.make import anchor_organization
from apps.audit.anchors.store import AnchorStore, anchor_store
from apps.audit.models import AuditHead
from apps.tenants.lookups import organization_ids

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Anchored:
    """The days of an organization whose anchors were made; none where they were there."""

    organization_id: int
    days: list[str]


def anchor_everybody(store: AnchorStore) -> list[Anchored]:
    """Raises OSError where the store is away."""
    names, today = store.names(), timezone.now().date()
    return [_anchor(store, each, names, today) for each in organization_ids()]


def _anchor(store: AnchorStore, organization_id: int, names: list[str], today: dt.date) -> Anchored:
    try:
        return Anchored(organization_id, anchor_organization(store, organization_id, names, today))
    except AuditHead.DoesNotExist:
        # It is being onboarded, or its chain was taken away: `verify_audit` tells which.
        log.error("audit.chain_missing", organization=organization_id)
        return Anchored(organization_id, [])


def anchor_hourly() -> None:
    """Makes what is missing; a store that is away is tried again in an hour."""
    store = anchor_store()
    if store is None:
        return
    try:
        done = anchor_everybody(store)
    except OSError as error:
        log.warning("anchors.failed", error_class=type(error).__name__)
        return
    made = sum(len(anchored.days) for anchored in done)
    if made:
        log.info("anchors.made", count=made)
