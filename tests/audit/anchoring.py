"""A place for anchors, and days that pass."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apps.audit.anchors.make import anchor_organization
from apps.audit.anchors.store import anchor_store
from apps.audit.proof import Proof, prove
from tests.factories import inside

DAY = dt.timedelta(days=1)


def today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def anchor(organization: Any, day: dt.date | None = None) -> list[str]:
    store = anchor_store()
    assert store is not None
    return anchor_organization(store, organization.pk, store.names(), day or today())


def proofs(organization: Any) -> dict[str, Proof]:
    store = anchor_store()
    names = store.names() if store else []
    return prove(organization.pk, str(organization.public_id), store, names)


def failures(organization: Any) -> list[str]:
    return [proof.failure for proof in proofs(organization).values() if proof.failure]


def events_of(organization: Any, code: str) -> list[Any]:
    from apps.audit.models import AuditEvent

    with inside(organization):
        return list(AuditEvent.objects.filter(code=code).order_by("seq"))
