"""Moving an organization's bytes: copied and read back one by one, switched once, cleared last.

From the first commit new bytes go to the target, and reads look there first and then in the
source, until the source is emptied. So nothing has to stand still, and a move that is killed at
any point is run again: what has arrived is not copied twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.blobs.store import Corrupt, Engine, Entry, is_temporary
from apps.core.scope import organization_scope
from apps.tenants.keyrings import keyring_of
from apps.tenants.model_storage import StorageLocation, StorageMove
from apps.tenants.models import Organization, User
from apps.tenants.places import active_location, engine_for, open_move
from apps.tenants.reconcile import is_genuine

# An upload that began before the move may still end in the source: no upload takes as long.
SETTLED = dt.timedelta(hours=1)
EVERY = 100

Progress = Callable[[str, int], None]


class NotMovable(Exception):
    """The move may not be made, or not now; the reason is for the operator."""


def begin_move(
    organization: Organization, target: StorageLocation | None, *, actor: User | None = None
) -> StorageMove:
    """From now on new bytes go to the target; the move that is open is given back.

    No target is the platform's folder. Call inside the organization's scope. Raises NotMovable.
    """
    with transaction.atomic():
        # One at a time, whoever asks.
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        source, move = active_location(), open_move()
        if move is not None and move.target == target:
            return move
        reason = _against(organization, source, target, move)
        if reason:
            raise NotMovable(reason)
        move = StorageMove.objects.create(
            organization=organization, source=source, target=target, begun_by=actor
        )
        audit.record("tenants.storage.moving", move, actor=actor, destination=_name(target))
    return move


def _against(
    organization: Organization,
    source: StorageLocation | None,
    target: StorageLocation | None,
    move: StorageMove | None,
) -> str:
    if target is not None and target.organization_id != organization.pk:
        return "the location is not this organization's"
    if target is not None and target.region != organization.region:
        return "the location lies in another region"
    if move is not None:
        return "another move is open; it must be finished and its source emptied first"
    return "the bytes lie there already" if source == target else ""


def move_bytes(organization_id: int, progress: Progress = lambda _step, _count: None) -> None:
    """Copy, prove and switch the open move. Call with no scope open, again after a crash.

    Raises NotMovable where none is open, it is worked on elsewhere, or an object is damaged;
    RetryableError and OSError where a place is away.
    """
    with _alone(organization_id):
        move = _the_open(organization_id, StorageMove.State.COPYING)
        if move is None:
            return
        copy_missing(move, progress)
        # What was still being written to the source when the move began has arrived by now.
        while prove(move, progress):
            continue
        _switch(move)


def clear_source(organization_id: int, progress: Progress = lambda _step, _count: None) -> int:
    """Empty the source of a move that was switched; how many objects were deleted.

    Each is proven in the target once more before it goes. Raises as `move_bytes`.
    """
    with _alone(organization_id):
        move = _the_open(organization_id, StorageMove.State.SWITCHED)
        if move is None:
            raise NotMovable("no move has been switched whose source could be emptied")
        assert move.switched_at is not None
        if timezone.now() - move.switched_at < SETTLED:
            raise NotMovable("the switch is less than an hour ago; uploads may still be ending")
        copy_missing(move, progress)
        while prove(move, progress):
            continue
        deleted = _empty(move, progress)
        _close(move, deleted)
    return deleted


def copy_missing(move: StorageMove, progress: Progress) -> None:
    """Every object of the source that the target lacks, in one walk over both."""
    done = 0
    for key in _lacking(move):
        _copy(move, key)
        done += 1
        if done % EVERY == 0:
            _count(move, EVERY)
            progress("copied", done)
    _count(move, done % EVERY)


def prove(move: StorageMove, progress: Progress) -> int:
    """Read everything in both places; how many had to be copied because they came late."""
    source, target = _engines(move)
    late = 0
    for number, entry in enumerate(_own(source, move.organization_id), 1):
        if not target.exists(entry.key):
            _copy(move, entry.key)
            late += 1
        elif not _arrived(move, entry.key, _digest(source, entry.key)):
            raise NotMovable(f"the copy differs: {entry.key}")
        if number % EVERY == 0:
            progress("proven", number)
    return late


def _copy(move: StorageMove, key: str) -> None:
    """Sealed as it is, checked by reading it back; a copy that differs does not stay."""
    source, target = _engines(move)
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for chunk in source.read(key):
            digest.update(chunk)
            yield chunk

    try:
        temporary = target.write(f"org/{move.organization_id}", hashed())
        is_new = target.promote(temporary, key)
    except Corrupt:
        raise NotMovable(f"the source is damaged: {key}") from None
    if not _arrived(move, key, digest.hexdigest()):
        if is_new:
            target.delete(key)
        raise NotMovable(f"the copy differs: {key}")


def _arrived(move: StorageMove, key: str, sha256: str) -> bool:
    """The same sealed bytes, or the same plain ones that were written anew meanwhile."""
    _, target = _engines(move)
    if _digest(target, key) == sha256:
        return True
    ring = keyring_of(move.organization_id)
    return is_genuine(target, move.organization_id, ring, key)


def _digest(place: Engine, key: str) -> str:
    """Of the sealed bytes; nothing where the place itself says that they were changed."""
    digest = hashlib.sha256()
    try:
        for chunk in place.read(key):
            digest.update(chunk)
    except Corrupt:
        return ""
    return digest.hexdigest()


def _lacking(move: StorageMove) -> Iterator[str]:
    source, target = _engines(move)
    there = _own(target, move.organization_id)
    other = next(there, None)
    for entry in _own(source, move.organization_id):
        while other is not None and other.key.encode() < entry.key.encode():
            other = next(there, None)
        if other is None or other.key != entry.key:
            yield entry.key


def _own(place: Engine, organization_id: int) -> Iterator[Entry]:
    found = place.entries(f"org/{organization_id}/")
    return (entry for entry in found if not is_temporary(entry.key))


def _engines(move: StorageMove) -> tuple[Engine, Engine]:
    return engine_for(move.source), engine_for(move.target)


def _switch(move: StorageMove) -> None:
    with organization_scope(move.organization_id), transaction.atomic():
        StorageLocation.objects.filter(is_active=True).update(is_active=False)
        if move.target is not None:
            StorageLocation.objects.filter(pk=move.target.pk).update(is_active=True)
        StorageMove.objects.filter(pk=move.pk).update(
            state=StorageMove.State.SWITCHED, switched_at=timezone.now()
        )
        kept = StorageMove.objects.get(pk=move.pk)
        audit.record("tenants.storage.moved", kept, count=kept.copied)


def _empty(move: StorageMove, progress: Progress) -> int:
    source, _ = _engines(move)
    deleted = 0
    for entry in source.entries(f"org/{move.organization_id}/"):
        source.delete(entry.key)
        deleted += 1
        if deleted % EVERY == 0:
            progress("deleted", deleted)
    return deleted


def _close(move: StorageMove, deleted: int) -> None:
    with organization_scope(move.organization_id), transaction.atomic():
        StorageMove.objects.filter(pk=move.pk).update(state=StorageMove.State.CLEARED)
        audit.record("tenants.storage.cleared", move, count=deleted)


def _count(move: StorageMove, copied: int) -> None:
    with organization_scope(move.organization_id), transaction.atomic():
        row = StorageMove.objects.select_for_update(no_key=True).get(pk=move.pk)
        row.copied += copied
        row.save(update_fields=["copied"])


def _the_open(organization_id: int, state: str) -> StorageMove | None:
    with organization_scope(organization_id), transaction.atomic():
        move = open_move()
    return move if move is not None and move.state == state else None


@contextmanager
def _alone(organization_id: int) -> Iterator[None]:
    """One process moves an organization's bytes; the lock goes with its connection."""
    name = f"storage move {organization_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        if not cursor.fetchone()[0]:
            raise NotMovable("the move is being worked on by another process")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def _name(location: StorageLocation | None) -> str:
    return "platform" if location is None else str(location.public_id)
