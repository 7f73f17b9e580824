"""The audit trail of an export: signed parts of so many events, as `export_audit` makes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from tempfile import TemporaryFile

from apps.audit.anchors.store import anchor_store
from apps.audit.export import Dates, write_span
from apps.audit.models import AuditEvent, AuditHead
from apps.audit.timeline import Span
from apps.web.offboarding.folder import CHUNK

A_PART = 50_000

# What an export adds to the trail itself: reading under the keys, and that it was made.
OF_EXPORTS = frozenset(
    {
        "tenants.data_key.unwrapped",
        "tenants.organization.exporting",
        "tenants.organization.exported",
    }
)


def last_event(before: int | None) -> int:
    """Where the trail of an export ends: as in an earlier run, unless anything happened since."""
    if before is not None and not changed_since(before, OF_EXPORTS):
        return before
    return AuditHead.objects.get().seq


def changed_since(seq: int, but: frozenset[str]) -> AuditEvent | None:
    """The first event after that number with another code than those; None where there is none."""
    later = AuditEvent.objects.filter(seq__gt=seq).exclude(code__in=but)
    return later.order_by("seq").first()


def date_of(seq: int) -> dt.datetime:
    return AuditEvent.objects.get(seq=seq).occurred_at


def parts(last: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and content of each part, in order. Raises BrokenChain."""
    for first in range(1, last + 1, A_PART):
        span = Span(first, min(first + A_PART - 1, last))
        end = date_of(span.last)
        dates = Dates(date_of(first), end + dt.timedelta(microseconds=1), end)
        yield f"trail/{first:012}.zip", _part(span, dates)


def _part(span: Span, dates: Dates) -> Iterator[bytes]:
    with TemporaryFile() as kept:
        write_span(kept, span, anchor_store(), dates)
        kept.seek(0)
        while chunk := kept.read(CHUNK):
            yield chunk
