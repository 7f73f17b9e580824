"""Who has access and whether they should: holders with flags, decisions, the sign-off."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.models import AuditEvent
from apps.tenants.access_holders import Holder, end_flag, use_flag
from apps.tenants.access_programs import PROGRAM, programs
from apps.tenants.clients import revoke_client
from apps.tenants.models import (
    AccessDecision,
    AccessReview,
    ApiClient,
    Membership,
    Organization,
    PlatformRole,
    User,
)

EVERY = dt.timedelta(days=90)
MEMBER = "member"
ADMINISTERING = ("web.admin.added", "web.admin.changed", "tenants.access.decided")

Verdict = AccessDecision.Verdict


class NotDecidable(Exception):
    """The decision cannot be taken; the message is for the person."""


def members(now: dt.datetime) -> list[Holder]:
    """Everybody with an open membership in the scope's organization."""
    used = dict(_last(AuditEvent.objects.all()))
    administered = dict(_last(AuditEvent.objects.filter(code__in=ADMINISTERING)))
    rows = Membership.objects.select_related("user", "given_by").filter(is_active=True)
    return [
        Holder(
            kind=MEMBER,
            public_id=row.user.public_id,
            name=str(row.user),
            contact=row.user.email,
            role=row.role,
            given_by=str(row.given_by) if row.given_by else "the platform",
            given_at=row.created_at,
            ends_on=row.ends_on,
            last_sign_in=row.user.last_login,
            last_use=used.get(row.user_id),
            flags=tuple(_flags(row, used.get(row.user_id), administered.get(row.user_id), now)),
        )
        for row in rows.order_by("user__full_name", "id")
    ]


def _last(events: object) -> Iterable[tuple[int, dt.datetime]]:
    rows = events.filter(actor__isnull=False).order_by().values("actor")  # type: ignore[attr-defined]
    found: Iterable[tuple[int, dt.datetime]] = rows.annotate(at=Max("occurred_at")).values_list(
        "actor", "at"
    )
    return found


def _flags(
    row: Membership,
    used: dt.datetime | None,
    administered: dt.datetime | None,
    now: dt.datetime,
) -> Iterable[str]:
    yield from use_flag(used, now)
    if row.role == Membership.Role.ADMINISTRATOR and administered is None:
        yield "administrator who never administered"
    yield from end_flag(row.ends_on, now.date())
    if not row.user.is_active:
        yield "account is closed"
    if row.user.is_staff:
        yield "also platform staff"


# Whatever else has access is listed by one more function of this shape.
SOURCES: list[Callable[[dt.datetime], list[Holder]]] = [members, programs]


def holders(now: dt.datetime) -> list[Holder]:
    return [holder for source in SOURCES for holder in source(now)]


def open_review() -> AccessReview | None:
    return AccessReview.objects.filter(signed_off_at=None).first()


def last_review() -> AccessReview | None:
    rows = AccessReview.objects.select_related("signed_off_by").exclude(signed_off_at=None)
    return rows.order_by("-signed_off_at").first()


def due_on(organization: Organization) -> dt.date:
    """A quarter after the last one, or after the organization came."""
    last = last_review()
    if last is not None and last.next_due_on is not None:
        return last.next_due_on
    return (organization.created_at + EVERY).date()


def decisions_of(review: AccessReview | None) -> dict[tuple[str, uuid.UUID], AccessDecision]:
    if review is None:
        return {}
    rows = AccessDecision.objects.select_related("decided_by").filter(review=review)
    return {(row.kind, row.subject_id): row for row in rows}


@transaction.atomic
def decide(
    organization: Organization, holder: Holder, verdict: str, reason: str, by: User
) -> AccessDecision:
    """Keep or remove: that ends the membership, or shuts the program out. Raises NotDecidable."""
    if holder.public_id == by.public_id:
        raise NotDecidable("Nobody decides on their own access.")
    if verdict not in Verdict.values or not reason:
        raise NotDecidable("Choose kept or removed, and say why.")
    review, _ = AccessReview.objects.get_or_create(organization=organization, signed_off_at=None)
    decision, _ = AccessDecision.objects.update_or_create(
        organization=organization,
        review=review,
        kind=holder.kind,
        subject_id=holder.public_id,
        defaults={
            "role": holder.role,
            "flags": ", ".join(holder.flags)[:200],
            "verdict": verdict,
            "reason": reason[:400],
            "decided_by": by,
        },
    )
    if verdict == Verdict.REMOVED and holder.kind == MEMBER:
        rows = Membership.objects.filter(user__public_id=holder.public_id)
        rows.update(is_active=False)
    if verdict == Verdict.REMOVED and holder.kind == PROGRAM:
        client = ApiClient.objects.get(public_id=holder.public_id)
        revoke_client(client, by=by, now=timezone.now())
    audit.record(
        "tenants.access.decided",
        review,
        actor=by,
        person=str(holder.public_id),
        decision=verdict,
        role=holder.role,
        reason=reason[:400],
    )
    return decision


@transaction.atomic
def sign_off(organization: Organization, by: User) -> AccessReview:
    """Complete the review. Raises NotDecidable while somebody but the signer is undecided."""
    now = timezone.now()
    review = open_review()
    if review is None:
        raise NotDecidable("Decide on at least one of them first.")
    decided = decisions_of(review)
    waiting = [
        holder.name
        for holder in holders(now)
        if (holder.kind, holder.public_id) not in decided and holder.public_id != by.public_id
    ]
    if waiting:
        raise NotDecidable(f"Not decided yet: {', '.join(waiting[:5])}.")
    review.signed_off_at, review.signed_off_by = now, by
    review.next_due_on = (now + EVERY).date()
    review.save()
    audit.record(
        "tenants.access.reviewed",
        review,
        actor=by,
        count=len(decided),
        due=review.next_due_on.isoformat(),
    )
    return review


# Over all organizations, for platform security: no patient data.


def flags_across(users: Iterable[User]) -> dict[int, list[str]]:
    """What only shows when all organizations are seen: several roles, leavers active elsewhere."""
    people = {user.pk: user for user in users}
    rows = Membership.objects.db_manager("platform").filter(user_id__in=people)
    held: dict[int, list[bool]] = {}
    for user_id, active in rows.values_list("user_id", "is_active"):
        held.setdefault(user_id, []).append(active)
    found: dict[int, list[str]] = {}
    for user_id, states in held.items():
        flags = []
        if sum(states) > 1:
            flags.append("roles in several organizations")
        if any(states) and not all(states):
            flags.append("left one organization, active in another")
        found[user_id] = flags
    return found


def platform_staff(now: dt.datetime) -> list[Holder]:
    """Staff with what they may do; the second factor is flagged where it is known."""
    roles = {row.user_id: row for row in PlatformRole.objects.select_related("given_by")}
    staff = list(User.objects.filter(is_staff=True).order_by("full_name", "pk"))
    proven = second_factors([user.pk for user in staff])
    return [_staff_member(user, roles.get(user.pk), proven, now) for user in staff]


def _staff_member(
    user: User, held: PlatformRole | None, proven: set[int] | None, now: dt.datetime
) -> Holder:
    flags = use_flag(user.last_login, now)
    if user.is_superuser:
        flags.append("superuser")
    if held is None and not user.is_superuser:
        flags.append("no role")
    if proven is not None and user.pk not in proven:
        flags.append("no second factor")
    if not user.is_active:
        flags.append("account is closed")
    return Holder(
        kind="platform",
        public_id=user.public_id,
        name=str(user),
        contact=user.email,
        role=("superuser" if user.is_superuser else held.role if held else "none"),
        given_by=str(held.given_by) if held and held.given_by else "a command",
        given_at=held.given_at if held else user.date_joined,
        ends_on=None,
        last_sign_in=user.last_login,
        last_use=None,
        flags=tuple(flags),
        is_active=user.is_active,
    )


def second_factors(users: list[int]) -> set[int] | None:
    """Those who have one; None where this installation keeps none."""
    if not apps.is_installed("allauth.mfa"):
        return None
    model: Any = apps.get_app_config("mfa").get_model("Authenticator")
    rows = model._default_manager.filter(user_id__in=users)
    return set(rows.values_list("user_id", flat=True))
