"""Making, replacing, wrapping again and destroying an organization's data keys."""

from __future__ import annotations

import os
import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.blobs.keyring import KEY_BYTES
from apps.core.errors import PermanentError
from apps.core.kek.chosen import key_encryption
from apps.core.locks import lock_until_commit
from apps.core.scope import organization_scope
from apps.tenants import keyrings
from apps.tenants.lookups import organization_ids
from apps.tenants.models import PLATFORM_SLUG, DataKey, Organization, User

State = DataKey.State


class KeysDestroyed(PermanentError):
    """The organization's keys were destroyed; it gets no others."""

    def __init__(self, code: str = "keys-destroyed") -> None:
        super().__init__(code)


class NotAllowed(PermanentError):
    """Who may not destroy keys; the code says why."""


def ensure_data_key(organization: Organization) -> DataKey | None:
    """The organization's first key; None where there is one or was one.

    Call in the organization's scope and a transaction.
    """
    _lock(organization)
    if DataKey.objects.exists():
        return None
    made = _make(organization)
    audit.record("tenants.data_key.created", made, key=made.name)
    return made


def ensure_all_data_keys() -> list[str]:
    """A first key for every organization that never had one; their slugs. Call with no scope."""
    slugs = []
    for organization_id in organization_ids():
        with organization_scope(organization_id), transaction.atomic():
            organization = Organization.objects.get(pk=organization_id)
            if ensure_data_key(organization):
                slugs.append(organization.slug)
    return slugs


def rotate_data_key(organization: Organization, *, by: User | None = None) -> DataKey:
    """A new key seals from now on; what the older ones sealed stays readable.

    Raises KeysDestroyed.
    """
    with organization_scope(organization.pk), transaction.atomic(durable=True):
        _lock(organization)
        _refuse_destroyed()
        DataKey.objects.filter(state=State.ACTIVE).update(
            state=State.RETIRED, retired_at=timezone.now()
        )
        made = _make(organization)
        audit.record("tenants.data_key.rotated", made, actor=by, key=made.name)
    keyrings.forget(organization.pk)
    return made


def rewrap_data_keys(organization: Organization, *, by: User | None = None) -> int:
    """Wrap every key under a new key-encryption key; how many were wrapped again.

    One that was broken off is finished first, so run again it comes to the same. The older
    key-encryption keys stay until `forget_older_keks`: backups are opened with them.
    """
    engine, owner = key_encryption(), str(organization.public_id)
    with organization_scope(organization.pk), transaction.atomic():
        _lock(organization)
        rows = list(DataKey.objects.exclude(state=State.DESTROYED))
        if rows and all(row.kek_id == engine.ids(owner)[-1] for row in rows):
            engine.renew(owner)
        newest = engine.ids(owner)[-1] if rows else ""
        old = [row for row in rows if row.kek_id != newest]
        for row in old:
            wrap_key(row, owner, keyrings.unwrap(row))
            row.save(update_fields=["kek_id", "wrapped"])
        if old:
            audit.record("tenants.data_key.rewrapped", actor=by, count=len(old), key=newest)
    return len(old)


def forget_older_keks(organization: Organization) -> None:
    """Only the key-encryption key in use stays; earlier backups cannot be opened any more."""
    engine, owner = key_encryption(), str(organization.public_id)
    with organization_scope(organization.pk), transaction.atomic():
        _lock(organization)
        rows = list(DataKey.objects.exclude(state=State.DESTROYED))
        if rows and all(row.kek_id == engine.ids(owner)[-1] for row in rows):
            engine.forget_older(owner)
            audit.record("tenants.data_key.forgotten", key=rows[0].kek_id)


def destroy_keys(
    organization: Organization, *, by: User, reason: str, second: User | None = None
) -> int:
    """Make everything the organization sealed unreadable, in backups too; how many keys it had.

    The key-encryption keys go before the rows are committed: rows that say destroyed are true, and
    a run that was broken off is run again. Raises NotAllowed, CannotDestroy, KekUnavailable.
    """
    _refuse_strangers(organization, by, second)
    with organization_scope(organization.pk), transaction.atomic():
        _lock(organization)
        rows = list(DataKey.objects.exclude(state=State.DESTROYED))
        for row in rows:
            _destroy(row, by, reason)
        if rows:
            approver = "" if second is None else str(second.public_id)
            audit.record("tenants.data_key.destroyed", actor=by, reason=reason, approver=approver)
        key_encryption().destroy(str(organization.public_id))
    keyrings.forget(organization.pk)
    return len(rows)


def destroy_retired_key(row: DataKey, *, by: User | None, reason: str) -> None:
    """One key that nothing is sealed with any more. Call in its organization's scope."""
    with transaction.atomic():
        locked = DataKey.objects.select_for_update().get(pk=row.pk, state=State.RETIRED)
        _destroy(locked, by, reason)
        audit.record("tenants.data_key.destroyed", locked, actor=by, key=row.name, reason=reason)
    keyrings.forget(row.organization_id)


def destroyed_key() -> DataKey | None:
    """The last destroyed key of a scope's organization that has no other; None where it has."""
    rows = list(DataKey.objects.order_by("destroyed_at"))
    gone = rows and all(row.state == State.DESTROYED for row in rows)
    return rows[-1] if gone else None


def _make(organization: Organization) -> DataKey:
    made = DataKey(organization_id=organization.pk, name=secrets.token_hex(8))
    wrap_key(made, str(organization.public_id), os.urandom(KEY_BYTES))
    made.save(force_insert=True)
    return made


def wrap_key(row: DataKey, owner: str, key: bytes) -> None:
    """Puts the wrapped key into a row, saved or not yet saved."""
    bound = keyrings.bound_to(row.organization_id, row.name)
    row.kek_id, row.wrapped = key_encryption().wrap(owner, key, bound)


def _destroy(row: DataKey, by: User | None, reason: str) -> None:
    row.state, row.wrapped, row.destroyed_at = State.DESTROYED, None, timezone.now()
    row.destroyed_by, row.destroyed_reason = by, reason[:200]
    row.save()


def _lock(organization: Organization) -> None:
    lock_until_commit(f"data keys of {organization.pk}")


def _refuse_destroyed() -> None:
    if destroyed_key():
        raise KeysDestroyed


def _refuse_strangers(organization: Organization, by: User, second: User | None) -> None:
    persons = [person for person in (by, second) if person is not None]
    if organization.slug == PLATFORM_SLUG:
        raise NotAllowed("platform-organization")
    if not all(person.is_staff and person.is_active for person in persons):
        raise NotAllowed("not-platform-staff")
    if len({person.pk for person in persons}) < settings.SHRED_PERSONS:
        raise NotAllowed("second-person-needed")
