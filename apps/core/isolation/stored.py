"""Stored bytes lie below the organization whose rows name them."""

from __future__ import annotations

import re
from itertools import chain, islice

from apps.core.blobs import places
from apps.core.blobs.keyring import Keyring
from apps.core.blobs.sealing import Unsealable, key_name, unseal_bytes
from apps.core.blobs.store import blob_key
from apps.core.isolation.catalog import Found, column
from apps.core.isolation.visible import organizations, reading
from config.isolation import STORED

# Objects of each organization that are tried with the keys of the others.
TRIED = 20
KEY = re.compile(r"org/(\d+)/(?:[a-z0-9]+/[0-9a-f]{64}|staging/[0-9a-f]{32}(?:/\d{5})?)")


def named_bytes_are_the_organizations() -> Found:
    """Bytes that a row names lie at its own organization's key, never only at another's."""
    known = organizations()
    looked_at, faults = 0, []
    for organization_id in known:
        for table, field, kind in STORED:
            for sha256 in _named(organization_id, table, field):
                looked_at += 1
                place = _elsewhere(organization_id, known, kind, sha256)
                if place:
                    faults.append(f"{table} of {organization_id} names bytes at {place}")
    return Found(looked_at, faults)


def _named(organization_id: int, table: str, field: str) -> list[str]:
    with reading(organization_id):
        return column(f"SELECT DISTINCT {field} FROM {table} WHERE {field} <> ''")


def _elsewhere(own: int, known: list[int], kind: str, sha256: str) -> str:
    if places.engine_of(own).exists(blob_key(own, kind, sha256)):
        return ""
    for other in known:
        key = blob_key(other, kind, sha256)
        if other != own and places.engine_of(other).exists(key):
            return key
    return ""


def keys_begin_with_their_organization() -> Found:
    """Every key in the store is of an organization that is there."""
    known, looked_at, faults = set(organizations()), 0, []
    for key in chain.from_iterable(engine.keys("") for engine in places.engines()):
        looked_at += 1
        match = KEY.fullmatch(key)
        if match is None or int(match[1]) not in known:
            faults.append(f"{key} is no organization's")
    return Found(looked_at, faults)


def keys_of_others_open_nothing() -> Found:
    """Stored objects of each organization, tried with every key of every other one.

    The keys are unwrapped for it, which is on each organization's record.
    """
    rings = {who: _keys_of(who) for who in organizations()}
    looked_at, faults = 0, []
    for own in rings:
        others = [key for who, keys in rings.items() if who != own for key in keys]
        engine = places.engine_of(own)
        for key in islice(engine.keys(f"org/{own}"), TRIED):
            looked_at += 1
            if _opened_by(b"".join(engine.read(key)), own, others):
                faults.append(f"{key} opens with another organization's key")
    return Found(looked_at, faults)


def _keys_of(organization_id: int) -> list[bytes]:
    return [*places.keyring_of(organization_id).keys.values()]


def _opened_by(sealed: bytes, own: int, keys: list[bytes]) -> bool:
    """Under the name its header asks for, so that only the key itself stands in the way."""
    for key in keys:
        try:
            name = key_name(sealed)
            unseal_bytes(sealed, own, Keyring(name, {name: key}))
        except Unsealable:
            continue
        return True
    return False


def no_key_is_of_two_organizations() -> Found:
    holders: dict[bytes, int] = {}
    faults = []
    for organization_id in organizations():
        for key in _keys_of(organization_id):
            other = holders.setdefault(key, organization_id)
            if other != organization_id:
                faults.append(f"{other} and {organization_id} have the same data key")
    return Found(len(holders), faults)
