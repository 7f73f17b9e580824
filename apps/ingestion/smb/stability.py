"""When a file is no longer written: unchanged over several looks and for some seconds.

A hint only: a writer may pause for longer, so whether it is whole is asked as well.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from apps.ingestion.model_rules import ProcessingRules
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.smb.errors import Gone

State = ShareFile.State


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds a file must rest, and after which one that is not whole is finished by nobody."""

    rest_s: float
    unfinished_s: float


def delays_of(rules: ProcessingRules) -> Delays:
    """The organization's, or the installation's where it says nothing."""
    rest_s, minutes = rules.share_rest_seconds, rules.share_unfinished_minutes
    return Delays(
        settings.SMB_STABLE_SECONDS if rest_s is None else rest_s,
        settings.SMB_INCOMPLETE_SECONDS if minutes is None else 60 * minutes,
    )


def observe(row: ShareFile, version: str, size: int, now: dt.datetime) -> None:
    """Count one more look at the file; begin again where it is not what it was."""
    row.last_seen_at = now
    was_listed = row.state != State.GONE or row.problem == Gone.code
    if row.version != version or not was_listed:
        begin_again(row, version, size, now)
        return
    row.looks += 1
    if row.state == State.GONE:
        row.state = State.WAITING


def begin_again(row: ShareFile, version: str, size: int, now: dt.datetime) -> None:
    row.version, row.size, row.looks, row.unchanged_since = version, size, 1, now
    row.first_seen_at, row.state, row.problem, row.ingress = now, State.WAITING, "", None


def is_stable(row: ShareFile, now: dt.datetime, delays: Delays) -> bool:
    seconds = (now - row.unchanged_since).total_seconds()
    return row.looks >= settings.SMB_STABLE_LOOKS and seconds >= delays.rest_s


def is_overdue(row: ShareFile, now: dt.datetime, delays: Delays) -> bool:
    """It has been as it is, not whole, for so long that nobody goes on writing it."""
    return (now - row.unchanged_since).total_seconds() >= delays.unfinished_s


def may_be_taken(row: ShareFile, now: dt.datetime, delays: Delays) -> bool:
    """Worth reading now. What was not whole is read again when it changed or is overdue."""
    if row.state == State.INCOMPLETE:
        return is_overdue(row, now, delays)
    if row.state == State.ACCEPTED:
        return True
    return row.state == State.WAITING and is_stable(row, now, delays)
