"""API clients: made, given a new key, shut out, and recognised by the key they show."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from apps.audit import actions as audit
from apps.core.scope import required_organization
from apps.tenants.lookups import organization_type
from apps.tenants.model_api import Scope
from apps.tenants.models import ApiClient, ApiKey, User
from apps.tenants.organization_types import HOSPITAL, type_may_ask

MARK = "ein_"
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Who shows a key that is in force: a program, its organization, what it may do.

    `type` is the organization's; what it must prove itself by, its own or the organization's rule.
    """

    organization_id: int
    client: ApiClient
    scopes: frozenset[str]
    key_id: int
    used_on: dt.date | None
    type: str = HOSPITAL
    needs_signature: bool = False
    needs_certificate: bool = False

    def may(self, scope: str) -> bool:
        return scope in self.scopes and type_may_ask(self.type, scope)


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def recognise(key: str) -> Caller | None:
    """None for a key that never was, has ended or was revoked: the three look alike."""
    if not key.startswith(MARK) or len(key) > LONGEST:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM app.client_by_key_hash(%s)", [hash_of(key)])
        row = cursor.fetchone()
    if row is None:
        return None
    organization_id, client_id, name, key_id, scopes, used_on, *needs = row
    client = ApiClient(pk=client_id, public_id=name, organization_id=organization_id)
    kept = frozenset(scopes.split())
    kind = organization_type(organization_id)
    return Caller(organization_id, client, kept, key_id, used_on, kind, *needs)


def note_use(caller: Caller) -> None:
    """Keep the day the key was last shown; one write a day. Call in the caller's scope."""
    today = timezone.now().astimezone(dt.UTC).date()
    if caller.used_on is None or caller.used_on < today:
        with transaction.atomic():
            ApiKey.objects.filter(pk=caller.key_id).update(last_used_on=today)


@transaction.atomic
def add_client(
    name: str, scopes: Iterable[str], *, expires_at: dt.datetime | None = None, by: User
) -> tuple[ApiClient, str]:
    """A new client of the scope's organization and its key, which cannot be shown again."""
    client = ApiClient.objects.create(
        organization_id=required_organization(),
        name=name,
        scopes=" ".join(sorted(Scope(scope).value for scope in scopes)),
        expires_at=expires_at,
        created_by=by,
    )
    secret, prefix = _add_key(client, by)
    audit.record(
        "tenants.client.added", client, actor=by, prefix=prefix, scopes=client.scopes.split()
    )
    return client, secret


@transaction.atomic
def rotate(client: ApiClient, *, overlap: dt.timedelta, by: User, now: dt.datetime) -> str:
    """A new key; those before it end after the overlap, or at their own earlier end."""
    ends = now + overlap
    living = ApiKey.objects.filter(client=client, revoked_at=None)
    living.filter(Q(expires_at=None) | Q(expires_at__gt=ends)).update(expires_at=ends)
    secret, prefix = _add_key(client, by)
    audit.record("tenants.client.rotated", client, actor=by, prefix=prefix)
    return secret


@transaction.atomic
def revoke_client(client: ApiClient, *, by: User, now: dt.datetime) -> bool:
    """Shut out at once, with every key. False when it was before."""
    if not ApiClient.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=now):
        return False
    ApiKey.objects.filter(client=client, revoked_at=None).update(revoked_at=now)
    audit.record("tenants.client.revoked", client, actor=by)
    return True


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User, now: dt.datetime) -> bool:
    """End one key at once. False when it was revoked before."""
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return False
    audit.record("tenants.key.revoked", key.client, actor=by, prefix=key.prefix)
    return True


def renewed_key(client: ApiClient, *, until: dt.datetime) -> str:
    """The one key of a client of the platform's own, good until then; the one before has ended."""
    secret, prefix = _secret()
    ApiKey.objects.update_or_create(
        organization_id=client.organization_id,
        client=client,
        defaults={
            "prefix": prefix,
            "key_hash": hash_of(secret),
            "expires_at": until,
            "revoked_at": None,
        },
    )
    return secret


def _secret() -> tuple[str, str]:
    """256 random bits, and how they begin."""
    prefix = MARK + "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{prefix}_{secrets.token_urlsafe(32)}", prefix


def _add_key(client: ApiClient, by: User) -> tuple[str, str]:
    """The secret, and how it begins."""
    secret, prefix = _secret()
    ApiKey.objects.create(
        organization_id=client.organization_id,
        client=client,
        prefix=prefix,
        key_hash=hash_of(secret),
        created_by=by,
    )
    return secret, prefix


def delivery_key(client: ApiClient, stated: str) -> str:
    """A sender's own name for a delivery, apart from all other clients' names."""
    name = hashlib.sha256(stated.encode()).hexdigest() if stated else uuid.uuid4().hex
    return f"{client.public_id}/{name[:40]}"
