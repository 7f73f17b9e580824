"""Making an organization's anchors: one a day, for every day since the last."""

from __future__ import annotations

import datetime as dt
import json

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.anchors.anchor import Anchor, BadAnchor, digest, parse, present_key, signed_bytes
from apps.audit.anchors.store import AnchorStore
from apps.audit.chain import leaf_of
from apps.audit.counts import count_day
from apps.audit.models import AuditEvent, AuditHead
from apps.core.scope import organization_scope

log = structlog.get_logger(__name__)

MADE = "audit.anchor.made"
DAY = dt.timedelta(days=1)


def name_of(organization: str, day: str) -> str:
    return f"{organization}/{day}.json"


def anchor_organization(
    store: AnchorStore, organization_id: int, names: list[str], today: dt.date
) -> list[str]:
    """Anchor today, and the days that were missed; the days whose anchor this call made.

    Each names the chain's end as it is now, and `made_at` says when that was. An anchor that is
    there stays. `names` are those in the store. Raises OSError where the store is away.
    """
    with organization_scope(organization_id):
        public_id = _public_id()
        mine = [name for name in names if name.startswith(f"{public_id}/")]
        last = store.read(mine[-1]) if mine else b""
        if last:
            _note(last)
        made = []
        for day in _days(mine[-1] if mine else None, today):
            data = _next(public_id, day, last)
            count_day(day - DAY)
            if not store.put(name_of(public_id, day.isoformat()), data):
                break  # Another process is at it.
            _note(data)
            made.append(day.isoformat())
            last = data
        return made


@transaction.atomic
def _public_id() -> str:
    head = AuditHead.objects.select_related("organization").get()
    return str(head.organization.public_id)


def _days(newest: str | None, today: dt.date) -> list[dt.date]:
    if newest is None:
        return [today]
    last = dt.date.fromisoformat(newest.rpartition("/")[2].removesuffix(".json"))
    return [last + DAY * number for number in range(1, (today - last).days + 1)]


@transaction.atomic
def _next(organization: str, day: dt.date, last: bytes) -> bytes:
    """Whatever the chain is now is anchored; whether it is right is `verify_audit`'s to say."""
    before = _seq_of(last)
    head = AuditHead.objects.get()
    rows = AuditEvent.objects.filter(seq__gt=before, seq__lte=head.seq).order_by("seq")
    leaves = [leaf_of(row.link()) for row in rows.iterator(chunk_size=2000)]
    return signed_bytes(
        Anchor(
            organization=organization,
            day=day.isoformat(),
            seq=head.seq,
            mac=bytes(head.mac).hex(),
            count=len(leaves),
            made_at=timezone.now().isoformat(timespec="seconds"),
            software=settings.APP_VERSION,
            previous=digest(last) if last else "",
            leaves="".join(leaves),
            key=present_key(),
        )
    )


def _seq_of(data: bytes) -> int:
    """An anchor that is not genuine is built upon as if it named nothing; verification names it."""
    try:
        return parse(data).seq if data else 0
    except BadAnchor:
        log.error("audit.anchor_not_genuine")
        return 0


@transaction.atomic
def _note(data: bytes) -> None:
    """The chain names its anchors, so that one which is taken away is missed."""
    newest = AuditEvent.objects.filter(code=MADE).order_by("-seq").first()
    if newest and json.loads(newest.details).get("sha256") == digest(data):
        return
    fields = json.loads(data)
    audit.record(MADE, day=fields["day"], sha256=digest(data), count=fields["count"])
