"""Offboarding: asked for, approved by a second person, then doors, proof, keys and claims.

Each step is written down when it is done; a run that was killed is run again and goes on.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.errors import PermanentError
from apps.core.scope import organization_scope
from apps.tenants.access import platform_role_of
from apps.tenants.keys import destroy_keys, destroyed_key
from apps.tenants.models import (
    PLATFORM_SLUG,
    Offboarding,
    Organization,
    OrganizationExport,
    User,
)
from apps.web.offboarding.doors import close_doors, put_work_aside, work_under_way
from apps.web.offboarding.release import release
from apps.web.offboarding.trail import OF_EXPORTS, changed_since

# What offboarding adds to the trail itself, and what the platform does for every organization.
OF_LEAVING = OF_EXPORTS | {
    "audit.anchor.made",
    "tenants.entry.ended",
    "tenants.offboarding.approved",
    "tenants.offboarding.asked",
    "tenants.offboarding.refused",
    "tenants.organization.closed",
}


WITH = ("organization", "export", "asked_by", "approved_by")


class NotAllowed(PermanentError):
    """Who may not, or not now; the text is for the person."""


class NotReady(PermanentError):
    """Nothing was destroyed; the text says what is missing."""


def ask(
    organization: Organization, *, by: User, reason: str, export: OrganizationExport | None
) -> Offboarding:
    """A request that a second person approves; the one that is open is given back.

    Without an export the reason must say why none is wanted. Raises NotAllowed.
    """
    permit(organization, by, "ask_offboarding")
    reason = " ".join(reason.split())[:200]
    if len(reason) < 10:
        raise NotAllowed("say in 10 characters or more why")
    try:
        with organization_scope(organization.pk), transaction.atomic():
            made = Offboarding.objects.create(
                organization_id=organization.pk, export=export, reason=reason, asked_by=by
            )
            audit.record("tenants.offboarding.asked", made, actor=by, **_said(made))
    except IntegrityError:
        raise NotAllowed("an offboarding of this organization is open already") from None
    return _read(made)


def open_offboarding(organization: Organization) -> Offboarding | None:
    with organization_scope(organization.pk), transaction.atomic():
        rows = Offboarding.objects.select_related(*WITH)
        return rows.filter(done_at=None, refused_at=None).first()


def approve(offboarding: Offboarding, *, by: User) -> None:
    """By a second person. Raises NotAllowed."""
    permit(offboarding.organization, by, "approve_offboarding")
    with organization_scope(offboarding.organization_id), transaction.atomic():
        row = _locked(offboarding)
        if row.asked_by_id == by.pk:
            raise NotAllowed("a second person approves: this is your own request")
        if row.approved_at is None and row.is_open:
            row.approved_by, row.approved_at = by, timezone.now()
            row.save(update_fields=["approved_by", "approved_at"])
            audit.record("tenants.offboarding.approved", row, actor=by, **_said(row))


def refuse(offboarding: Offboarding, *, by: User) -> None:
    """By anyone who may approve, the one who asked included. Raises NotAllowed."""
    permit(offboarding.organization, by, "approve_offboarding")
    with organization_scope(offboarding.organization_id), transaction.atomic():
        row = _locked(offboarding)
        if row.shredded_at or not row.is_open or destroyed_key():
            raise NotAllowed("there is no way back any more")
    _turn_down(row, by)


def _turn_down(row: Offboarding, by: User) -> None:
    with organization_scope(row.organization_id), transaction.atomic():
        rows = Offboarding.objects.filter(pk=row.pk, refused_at=None, shredded_at=None)
        if rows.update(refused_by=by, refused_at=timezone.now()):
            audit.record("tenants.offboarding.refused", row, actor=by)


def carry_out(offboarding: Offboarding) -> Offboarding:
    """Every step that is not done yet. Call with no scope open, again after a crash.

    Raises NotAllowed, NotReady, CannotDestroy, KekUnavailable.
    """
    organization = offboarding.organization
    row = _read(offboarding)
    if row.approved_by is None or row.refused_at is not None:
        raise NotAllowed("it was not approved by a second person")
    if row.done_at is None:
        close_doors(organization, by=row.asked_by)
        _prove(row)
        put_work_aside(organization)
        destroy_keys(organization, by=row.asked_by, second=row.approved_by, reason=row.reason)
        _note(row, "shredded_at")
        release(row)
    return _read(offboarding)


def _prove(row: Offboarding) -> None:
    """The export holds the last change, and nobody is at work; asked once, with doors closed."""
    if row.proven_at is not None:
        return
    count = work_under_way(row.organization)
    if count:
        raise NotReady(f"{count} rows are in work; run it again in a minute")
    if row.export is not None:
        with organization_scope(row.organization_id), transaction.atomic():
            event = changed_since(row.export.last_event, OF_LEAVING)
        if event is not None:
            _turn_down(row, row.asked_by)
            raise NotReady(
                f"event {event.seq} ({event.code}) is not in the export. The doors are closed now:"
                " export again, and ask for the offboarding with that export"
            )
    _note(row, "proven_at")


def _note(row: Offboarding, column: str) -> None:
    with organization_scope(row.organization_id), transaction.atomic():
        Offboarding.objects.filter(pk=row.pk, **{column: None}).update(**{column: timezone.now()})


def _locked(offboarding: Offboarding) -> Offboarding:
    rows = Offboarding.objects.select_for_update(no_key=True)
    return rows.get(public_id=offboarding.public_id)


def _read(offboarding: Offboarding) -> Offboarding:
    with organization_scope(offboarding.organization_id), transaction.atomic():
        rows = Offboarding.objects.select_related(*WITH)
        return rows.get(public_id=offboarding.public_id)


def permit(organization: Organization, person: User, action: str) -> None:
    """Raises NotAllowed."""
    if organization.slug == PLATFORM_SLUG:
        raise NotAllowed("the reserved organization stays")
    role = platform_role_of(person)
    if role is None or not role.may(action):
        raise NotAllowed(f"{person.email} is not platform staff with a role for it")


def _said(row: Offboarding) -> dict[str, Any]:
    export = {"sha256": row.export.manifest_sha256} if row.export else {"sha256": "none"}
    return {"reason": row.reason, **export}
