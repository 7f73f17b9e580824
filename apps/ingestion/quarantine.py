"""Out of quarantine: by itself once the cause is gone, by a person with a reason, or run again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable

from django.db import transaction
from django.db.models import Q

from apps.audit import actions as audit
from apps.audit.replays import stopped_by
from apps.core import leases
from apps.core.drain import wake_on_commit
from apps.core.leases import Leased
from apps.ingestion import malware, rules, scanner, signed, unpack
from apps.ingestion.models import Ingress, ProcessingRules
from apps.ingestion.stated import MISMATCHES
from apps.tenants.models import User

State = Leased.State
STOPPED = (State.DEAD, State.QUARANTINED)
# What a person may set aside. Malware is none of it: such a file is only scanned again.
RELEASABLE = {malware.NOT_SCANNED, malware.TOO_LARGE, *signed.WORDS}
MOST_AT_ONCE = 200
CAUSE_GONE = "the cause is gone"


class NotReleasable(Exception):
    """It is not held, or not for something a person may set aside; the text is for the person."""


def release_what_may() -> None:
    """Put back what is held for a reason that no longer holds; a watcher calls it as well."""
    rows = Ingress.objects.filter(_cause_gone(rules.current_rules()), state=State.QUARANTINED)
    with transaction.atomic():
        for row in rows.order_by("id")[:MOST_AT_ONCE]:
            code = row.error_code
            if leases.replay(row):
                audit.record("ingestion.file.released", row, code=code, reason=CAUSE_GONE)
        wake_on_commit()


def _cause_gone(now: ProcessingRules) -> Q:
    gone = Q(error_code=rules.NOT_TAKEN) & ~Q(format__in=now.refused_formats)
    gone |= Q(error_code=rules.EXPERIMENTAL, format__in=rules.switched_on())
    if scanner.is_configured() or now.passes_unscanned:
        gone |= Q(error_code=malware.NOT_SCANNED)
    if now.unpacks_archives:
        gone |= Q(error_code=unpack.OFF)
    return gone


@transaction.atomic
def release(arrival: Ingress, *, reason: str, by: User, now: dt.datetime) -> None:
    """Let a held file go on, on a person's word. Raises NotReleasable."""
    _release(arrival, RELEASABLE, reason, by, now)


@transaction.atomic
def take_the_files_word(arrival: Ingress, *, reason: str, by: User, now: dt.datetime) -> None:
    """Link a file by what it says itself, whatever its sender said. Raises NotReleasable."""
    _release(arrival, MISMATCHES, reason, by, now)


def _release(
    arrival: Ingress, codes: Container[str], reason: str, by: User, now: dt.datetime
) -> None:
    row = Ingress.objects.select_for_update(no_key=True, of=("self",)).get(pk=arrival.pk)
    reason = " ".join(reason.split())[:200]
    if row.state != State.QUARANTINED or row.error_code not in codes:
        raise NotReleasable("The file is not held for something that can be released.")
    if not reason:
        raise NotReleasable("Say why: the reason stays with the file.")
    if row.released_code:
        row.released_before = [*row.released_before, row.released_code]
    row.released_code, row.released_by = row.error_code, by
    row.released_at, row.release_reason = now, reason
    columns = ["released_code", "released_before", "released_by", "released_at", "release_reason"]
    if row.error_code in signed.WORDS:
        row.signature_code = ""
        columns.append("signature_code")
    row.save(update_fields=columns)
    leases.replay(row)
    audit.record("ingestion.file.released", row, actor=by, code=row.released_code, reason=reason)
    wake_on_commit()


@transaction.atomic
def run_again(arrivals: Iterable[Ingress], *, by: User) -> int:
    """Put given-up and refused files back in the queue; how many were."""
    done = [row for row in arrivals if leases.replay(row)]
    for row in done:
        audit.record("ingestion.file.replayed", row, actor=by, **stopped_by(row))
    if done:
        wake_on_commit()
    return len(done)
