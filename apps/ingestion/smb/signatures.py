"""A signature beside a file of a share, A1.DCM.sig for A1.DCM: Ed25519 over the file's bytes.

It is the 64 bytes themselves, the same in base64, or two lines that name the key as well.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from django.db import transaction

from apps.ingestion.signed import (
    ALTERED,
    KEY_RETIRED,
    KEY_REVOKED,
    KEY_UNKNOWN,
    MISSING,
    NOBODYS,
    NOT_SIGNED,
    UNREADABLE,
    Signed,
)
from apps.tenants.models import SigningKey
from apps.tenants.signing_keys import opened

ENDING = ".sig"
LONGEST = 1024
LENGTH = 64
# What may still be put right on the share.
AWAITED = {MISSING, UNREADABLE}
TWO_LINES = re.compile(r"keyid: ([0-9a-f]{64})\s+signature: (\S+)")


@dataclass(frozen=True, slots=True)
class Detached:
    """A signature, and the key it says it was made with, where it says so."""

    value: bytes
    key_id: str = ""


def read_signature(data: bytes) -> Detached | None:
    """None for what is no signature."""
    if len(data) == LENGTH:
        return Detached(data)
    try:
        text = data.decode("ascii").strip()
        found = TWO_LINES.fullmatch(text)
        key_id, encoded = found.groups() if found else ("", text)
        value = base64.b64decode(encoded, validate=True)
    except (UnicodeDecodeError, binascii.Error):
        return None
    return Detached(value, key_id) if len(value) == LENGTH else None


def verdict_on(
    data: bytes, beside: bytes | None, *, is_required: bool, seen_at: dt.datetime
) -> Signed:
    """What the signature beside it is worth for a file that was first seen then.

    Call in the organization's scope, with no transaction open.
    """
    if beside is None:
        return Signed(None, MISSING) if is_required else NOT_SIGNED
    signature = read_signature(beside)
    if signature is None:
        return Signed(None, UNREADABLE)
    with transaction.atomic():
        key = _key_of(signature, data)
    if key is None:
        return Signed(None, KEY_UNKNOWN if signature.key_id else NOBODYS)
    if key.revoked_at is not None or key.client.revoked_at is not None:
        return Signed(None, KEY_REVOKED)
    if any(end is not None and end <= seen_at for end in (key.retired_at, key.client.expires_at)):
        return Signed(None, KEY_RETIRED)
    return Signed(key, "" if _is_of(key, signature, data) else ALTERED)


def _key_of(signature: Detached, data: bytes) -> SigningKey | None:
    """The one that is named, or the one of all that made it."""
    rows = SigningKey.objects.select_related("client")
    if signature.key_id:
        return rows.filter(fingerprint=signature.key_id).first()
    return next((key for key in rows.order_by("-id") if _is_of(key, signature, data)), None)


def _is_of(key: SigningKey, signature: Detached, data: bytes) -> bool:
    try:
        opened(key).verify(signature.value, data)
    except InvalidSignature:
        return False
    return True
