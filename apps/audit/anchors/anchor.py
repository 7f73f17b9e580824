"""An anchor: what an organization's chain was on one day, signed and kept outside the database."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass

from apps.audit.chain import LEAF_CHARACTERS, compact
from apps.audit.signing import is_signed, key_name, public_key, sign

FORM = 1


class BadAnchor(Exception):
    """The bytes are not an anchor that the platform signed."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The chain's end, and one leaf for every event since the anchor before.

    `previous` is the hash of that anchor's bytes, empty for the first; `leaves` are joined.
    """

    organization: str
    day: str
    seq: int
    mac: str
    count: int
    made_at: str
    software: str
    previous: str
    leaves: str
    key: str
    form: int = FORM

    @property
    def first(self) -> int:
        """Number of the first event it has a leaf of."""
        return self.seq - self.count + 1

    @property
    def date(self) -> dt.date:
        return dt.date.fromisoformat(self.day)

    def leaf(self, seq: int) -> str:
        at = (seq - self.first) * LEAF_CHARACTERS
        return self.leaves[at : at + LEAF_CHARACTERS]


def signed_bytes(anchor: Anchor) -> bytes:
    body = compact(asdict(anchor))
    return compact(asdict(anchor) | {"signature": base64.b64encode(sign(body)).decode()})


def present_key() -> str:
    return key_name(public_key())


def parse(data: bytes) -> Anchor:
    """Raises BadAnchor unless the platform signed exactly these bytes."""
    try:
        fields = json.loads(data)
        signature = base64.b64decode(fields.pop("signature"), validate=True)
        anchor = Anchor(**fields)
        sound = len(anchor.leaves) == anchor.count * LEAF_CHARACTERS and anchor.date
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        raise BadAnchor("is not readable") from None
    if not sound or not is_signed(compact(fields), signature, anchor.key):
        raise BadAnchor("has no valid signature")
    return anchor


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
