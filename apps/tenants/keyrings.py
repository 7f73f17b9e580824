"""The unwrapped data keys of this process.

They are kept in memory for at most `DATA_KEY_SECONDS`; Python cannot promise to wipe them after.
Whether the organization's keys have changed is asked every `DATA_KEY_CHECK_SECONDS`, so another
process's rotation or destruction is followed that soon. Every unwrapping is an audit event, written
before the key is used.
"""

from __future__ import annotations

import os
import struct
import sys
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from apps.audit.actions import record_apart
from apps.core.blobs.keyring import Keyring
from apps.core.kek.chosen import key_encryption
from apps.core.kek.engine import KekGone, KekUnavailable, NotGenuine
from apps.core.scope import organization_scope
from apps.tenants.model_key import DataKey

# After a failure the place of the keys is left alone for a moment.
PAUSE_S = 5.0


@dataclass(frozen=True)
class OrganizationKeyring(Keyring):
    """A ring that looks again for a key it does not know: another process may have made it."""

    organization_id: int = 0

    def key(self, key_id: str) -> bytes:
        if key_id in self.keys:
            return self.keys[key_id]
        return _checked(self.organization_id).keys[key_id]


@dataclass(slots=True)
class _Held:
    """What is known of one organization's keys; times are of the monotonic clock."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    keys: dict[str, bytes] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    ring: OrganizationKeyring | None = None
    forget_at: float = 0.0
    check_at: float = 0.0
    pause_until: float = 0.0


_held: dict[int, _Held] = {}


def keyring_of(organization_id: int) -> Keyring:
    """The organization's keys; one that is destroyed is not among them.

    Raises KekUnavailable while the key-encryption keys cannot be reached.
    """
    held = _held.get(organization_id)
    if held and held.ring and time.monotonic() < held.check_at:
        return held.ring
    return _checked(organization_id)


def forget(organization_id: int) -> None:
    """Drop what this process holds of the organization."""
    _held.pop(organization_id, None)


def bound_to(organization_id: int, name: str) -> bytes:
    """What a wrapped key is bound to."""
    return b"einthoven data key 1" + struct.pack(">q", organization_id) + name.encode("ascii")


def _checked(organization_id: int) -> OrganizationKeyring:
    """As the rows say now; keys that are held already are not unwrapped again."""
    held = _held.setdefault(organization_id, _Held())
    with held.lock:
        now = time.monotonic()
        if now < held.pause_until:
            raise KekUnavailable
        if now >= held.forget_at:
            held.keys, held.refused = {}, set()
        rows = _rows(organization_id)
        there = {row.name for row in rows}
        missing = [row for row in rows if row.name not in held.keys.keys() | held.refused]
        known = {name: key for name, key in held.keys.items() if name in there}
        if missing and not known:
            held.forget_at = now + settings.DATA_KEY_SECONDS
        held.keys = known | _unwrapped(organization_id, missing, held)
        held.check_at = min(now + settings.DATA_KEY_CHECK_SECONDS, held.forget_at)
        active = next((row.name for row in rows if row.state == DataKey.State.ACTIVE), "")
        held.ring = OrganizationKeyring(active, held.keys, organization_id)
        return held.ring


def _rows(organization_id: int) -> list[DataKey]:
    with (
        organization_scope(organization_id),
        nullcontext() if connection.in_atomic_block else transaction.atomic(),
    ):
        return list(DataKey.objects.exclude(state=DataKey.State.DESTROYED))


def _unwrapped(organization_id: int, rows: list[DataKey], held: _Held) -> dict[str, bytes]:
    keys, refused = {}, {}
    for row in rows:
        try:
            keys[row.name] = unwrap(row)
        except KekGone:
            refused[row.name] = "kek-gone"
        except NotGenuine:
            refused[row.name] = "key-not-genuine"
        except KekUnavailable as error:
            held.pause_until = time.monotonic() + PAUSE_S
            _tell(organization_id, "refused", [row.name], code=error.code)
            raise
    if keys:
        _tell(organization_id, "unwrapped", [*keys])
    for name, code in refused.items():
        _tell(organization_id, "refused", [name], code=code)
    held.refused |= refused.keys()
    return keys


def unwrap(row: DataKey) -> bytes:
    """The plain key. Raises KekGone, NotGenuine, KekUnavailable."""
    assert row.wrapped is not None
    bound = bound_to(row.organization_id, row.name)
    return key_encryption().unwrap(row.kek_id, bytes(row.wrapped), bound)


def _tell(organization_id: int, what: str, names: list[str], **details: str) -> None:
    code = f"tenants.data_key.{what}"
    record_apart(organization_id, code, key=names, purpose=purpose(), **details)


def purpose() -> str:
    """What this process is for: the command it runs, or the web server."""
    program = Path(sys.argv[0] or "python")
    if program.name == "manage.py" and len(sys.argv) > 1:
        return sys.argv[1][:32]
    return "web" if "config.wsgi" in sys.modules else program.stem[:32]


# A forked process unwraps for itself, so that its use is on the record too.
os.register_at_fork(after_in_child=_held.clear)
