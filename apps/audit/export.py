"""A part of the trail in one signed file, to be verified without the chain's key.

A zip of `events.jsonl` (a line an event, as anchored), `manifest.json` with the hash of every
line, `manifest.sig` (Ed25519 over the manifest's bytes) and the anchors of those events.
`docs/verify_audit_export.py` verifies it anywhere.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from apps.audit.anchors.anchor import BadAnchor, parse
from apps.audit.anchors.store import AnchorStore
from apps.audit.chain import Link, compact, line_of
from apps.audit.codes import CODES
from apps.audit.models import AuditEvent, AuditHead
from apps.audit.signing import public_key, sign
from apps.audit.timeline import Span, span_of
from apps.audit.verify import wrong_with

FORM = 1


class BrokenChain(Exception):
    """The text names the first event that does not verify; nothing was signed."""


class NothingToExport(Exception):
    """No event is dated in the range."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: its events, and the hash that names it."""

    first: int
    last: int
    sha256: str

    @property
    def events(self) -> int:
        return self.last - self.first + 1


def write_export(
    out: BinaryIO, since: dt.datetime, until: dt.datetime, store: AnchorStore | None
) -> Exported:
    """Every event from the first to the last dated in the range, gapless; in scope and transaction.

    Raises NothingToExport, BrokenChain, and OSError where the anchors cannot be read.
    """
    span = span_of(since, until)
    if not span:
        raise NothingToExport
    return write_span(out, span, store, Dates(since, until, timezone.now()))


@dataclass(frozen=True, slots=True)
class Dates:
    """What an export says of itself: the range asked for, and when it was made."""

    since: dt.datetime
    until: dt.datetime
    made_at: dt.datetime


def write_span(out: BinaryIO, span: Span, store: AnchorStore | None, dates: Dates) -> Exported:
    """Events by their numbers; the same bytes for the same events and dates. Raises as above."""
    head = AuditHead.objects.select_related("organization").get()
    organization = str(head.organization.public_id)
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        lines = _write_lines(file, span, dates)
        manifest = compact(
            {
                "form": FORM,
                "organization": organization,
                "name": head.organization.name,
                "since": dates.since.isoformat(),
                "until": dates.until.isoformat(),
                "made_at": dates.made_at.isoformat(timespec="seconds"),
                "software": settings.APP_VERSION,
                "key": base64.b64encode(public_key()).decode(),
                "people": _people(span),
                "codes": CODES,
                **lines,
            }
        )
        file.writestr(_member("manifest.json", dates), manifest)
        file.writestr(_member("manifest.sig", dates), base64.b64encode(sign(manifest)))
        for name, data in _anchors(store, organization, span):
            file.writestr(_member(f"anchors/{name}", dates), data)
    return Exported(span.first, span.last, hashlib.sha256(manifest).hexdigest())


def _member(name: str, dates: Dates) -> ZipInfo:
    """A part of the zip that is dated as the export is."""
    moment = dates.made_at
    info = ZipInfo(
        name,
        (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second),
    )
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _write_lines(file: ZipFile, span: Span, dates: Dates) -> dict[str, object]:
    """What the manifest says of them; each was verified by the chain's key before."""
    hashes: list[str] = []
    ends: list[Link] = []
    whole = hashlib.sha256()
    with file.open(_member("events.jsonl", dates), "w", force_zip64=True) as out:
        for link in _verified(span):
            line = line_of(link)
            hashes.append(hashlib.sha256(line).hexdigest())
            whole.update(line + b"\n")
            out.write(line + b"\n")
            ends = [*ends[:1], link]
    return {
        "first": span.first,
        "last": span.last,
        "previous": ends[0].previous.hex(),
        "mac": ends[-1].mac.hex(),
        "events_sha256": whole.hexdigest(),
        "lines": hashes,
    }


def _verified(span: Span) -> Iterator[Link]:
    before = AuditEvent.objects.filter(seq=span.first - 1).first()
    previous, count = (bytes(before.mac), before.seq) if before else (b"", 0)
    rows = AuditEvent.objects.filter(seq__gte=span.first, seq__lte=span.last).order_by("seq")
    for row in rows.iterator(chunk_size=2000):
        link = row.link()
        wrong = wrong_with(link, previous, count)
        if wrong:
            raise BrokenChain(wrong)
        previous, count = link.mac, link.seq
        yield link


def _people(span: Span) -> dict[str, str]:
    """The names of those who acted, by the number that stands in the lines."""
    rows = AuditEvent.objects.filter(seq__gte=span.first, seq__lte=span.last)
    actors = rows.order_by().values("actor_id").distinct()
    people = get_user_model().objects.filter(pk__in=actors)
    return {str(person.pk): f"{person} <{person.get_username()}>" for person in people}


def _anchors(
    store: AnchorStore | None, organization: str, span: Span
) -> Iterator[tuple[str, bytes]]:
    for name in store.names() if store else ():
        if not name.startswith(f"{organization}/"):
            continue
        assert store is not None
        data = store.read(name)
        try:
            anchor = parse(data)
        except BadAnchor as bad:
            raise BrokenChain(f"the anchor {name} {bad}") from None
        if anchor.first <= span.last and anchor.seq >= span.first:
            yield name.rpartition("/")[2], data
