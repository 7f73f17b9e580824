"""Public keys of devices and site agents: added, retired, revoked, found by their fingerprint."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)
from django.db import transaction

from apps.audit import actions as audit
from apps.core.scope import required_organization
from apps.tenants.claims import Taken, one_at_a_time
from apps.tenants.models import ApiClient, SigningKey, User

WHAT = "signing key"
NO_KEY = "This is no Ed25519 public key: give it as PEM, or its DER or 32 bytes in base64"


def read_public_key(text: str) -> Ed25519PublicKey:
    """Raises ValueError; a private key is one of the reasons, and is not taken."""
    try:
        if "-----" in text:
            key: object = load_pem_public_key(text.strip().encode("ascii"))
        else:
            key = _bare(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        raise ValueError(NO_KEY) from None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(NO_KEY)
    return key


def _bare(data: bytes) -> object:
    if len(data) == 32:
        return Ed25519PublicKey.from_public_bytes(data)
    return load_der_public_key(data)


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """As `openssl pkey -pubin -outform DER | sha256sum` says it."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def claim_signing_key(key: Ed25519PublicKey) -> str:
    """Its fingerprint. Raises Taken where any organization has or had it: a key is one device's.

    Until the transaction ends nobody else claims it.
    """
    fingerprint = fingerprint_of(key)
    one_at_a_time(f"signing key {fingerprint}")
    rows = SigningKey.objects.db_manager("platform").select_related("organization")
    if held := rows.filter(fingerprint=fingerprint).first():
        raise Taken(held.organization, WHAT)
    return fingerprint


@transaction.atomic
def add_signing_key(row: SigningKey, key: Ed25519PublicKey, *, by: User | None) -> SigningKey:
    """Make the row, which names its client, the client's next version. Raises Taken."""
    row.fingerprint = claim_signing_key(key)
    one_at_a_time(f"signing keys of {row.client.public_id}")
    newest = SigningKey.objects.filter(client=row.client).order_by("-version").first()
    row.organization_id = required_organization()
    row.version = newest.version + 1 if newest else 1
    row.public_key = key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    row.created_by = by
    row.save(force_insert=True)
    audit.record("tenants.signing_key.added", row, actor=by, prefix=row.fingerprint[:16])
    return row


def renewed_signing_key(client: ApiClient, key: Ed25519PublicKey, *, version: int = 1) -> str:
    """Its fingerprint, in place of that version's last: of a client of the platform's own."""
    fingerprint = fingerprint_of(key)
    SigningKey.objects.update_or_create(
        organization_id=client.organization_id,
        client=client,
        version=version,
        defaults={
            "public_key": key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
            "fingerprint": fingerprint,
        },
    )
    return fingerprint


@transaction.atomic
def retire_signing_key(key: SigningKey, *, by: User, now: dt.datetime) -> bool:
    """Nothing new is signed with it; its client goes on with another. False when it had ended."""
    rows = SigningKey.objects.filter(pk=key.pk, retired_at=None, revoked_at=None)
    if not rows.update(retired_at=now):
        return False
    audit.record("tenants.signing_key.retired", key, actor=by, prefix=key.fingerprint[:16])
    return True


@transaction.atomic
def revoke_signing_key(key: SigningKey, *, by: User, now: dt.datetime) -> bool:
    """Not believed any more, from this moment. False when it was revoked before."""
    if not SigningKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return False
    audit.record("tenants.signing_key.revoked", key, actor=by, prefix=key.fingerprint[:16])
    return True


def signing_key_of(client: ApiClient, fingerprint: str) -> SigningKey | None:
    """In use or not; another client's is nobody's. Call in the client's scope."""
    return SigningKey.objects.filter(client=client, fingerprint=fingerprint).first()


def opened(key: SigningKey) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public_key))
