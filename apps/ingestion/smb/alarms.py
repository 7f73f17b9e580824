"""One alarm for each thing that is wrong with a share, over once it is."""

from __future__ import annotations

from django.db import transaction

from apps.audit.alarms import raise_alarm, resolve_alarm
from apps.ingestion.model_share import ShareSource

# A connection that is cut once is made again at the next look, and nobody is called.
UNREACHABLE_AFTER = 2

REFUSED = ShareSource.Outcome.REFUSED
# Nothing of the share's.
OURS = {
    ShareSource.Outcome.CLOSED,
    ShareSource.Outcome.NOT_KEPT,
}


@transaction.atomic
def after_failure(source: ShareSource, outcome: str, failures: int) -> None:
    subject = str(source.public_id)
    if outcome == REFUSED:
        raise_alarm("share.refused", subject)
        resolve_alarm("share.unreachable", subject)
    elif outcome not in OURS and failures >= UNREACHABLE_AFTER:
        raise_alarm("share.unreachable", subject, figure=failures)


@transaction.atomic
def after_look(source: ShareSource, *, unarchived: int, held_back: int, unfinished: int) -> None:
    """The counts of a look that came to its end; `unfinished` are new ones."""
    subject = str(source.public_id)
    resolve_alarm("share.unreachable", subject)
    resolve_alarm("share.refused", subject)
    for code, figure in (("share.not_archived", unarchived), ("share.held_back", held_back)):
        if figure:
            raise_alarm(code, subject, figure=figure)
        else:
            resolve_alarm(code, subject)
    if unfinished:
        raise_alarm("share.incomplete", subject)
