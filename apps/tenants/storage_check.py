"""Asking a location for everything the platform will ask of it, and for what it must refuse."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Engine
from apps.core.errors import RetryableError
from apps.tenants.model_storage import StorageLocation
from apps.tenants.places import engine_for
from apps.tenants.storage_rules import server_of

if TYPE_CHECKING:
    from apps.core.blobs.s3 import S3Engine

PROBE = b"Written to test the connection."
NAME = "connection-test"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing asked for, whether it went as it must, and otherwise what to do."""

    words: str
    is_right: bool


def check_location(location: StorageLocation) -> list[Finding]:
    """Leaves nothing behind. Call with no scope open; the other buckets' names stay inside."""
    try:
        place = engine_for(location)
    except Unsealable:
        return [Finding("Its credential cannot be opened: replace it.", False)]
    prefix = f"org/{location.organization_id}"
    findings = list(_asked(place, prefix, f"{prefix}/{NAME}/probe"))
    if all(finding.is_right for finding in findings):
        findings += _folder(location) if location.root else _elsewhere(location, place)
    return findings


def _asked(place: Engine, prefix: str, key: str) -> Iterator[Finding]:
    """Stops at the first thing that fails: the rest would fail for the same reason."""
    steps: list[tuple[str, Callable[[], bool]]] = [
        ("list its objects", lambda: next(place.entries(f"{prefix}/{NAME}/"), None) is None),
        ("write an object", lambda: place.promote(place.write(prefix, [PROBE]), key)),
        ("read it back unchanged", lambda: b"".join(place.read(key)) == PROBE),
        (
            "keep it from being overwritten",
            lambda: not place.promote(place.write(prefix, [b"other"]), key),
        ),
        ("delete it", lambda: _is_gone(place, key)),
    ]
    for words, step in steps:
        reason = _fails(step)
        if reason:
            yield Finding(f"It cannot {words}: {reason}.", False)
            return
        yield Finding(f"It can {words}.", True)


def _is_gone(place: Engine, key: str) -> bool:
    place.delete(key)
    return not place.exists(key)


def _fails(step: Callable[[], bool]) -> str:
    try:
        return "" if step() else "the answer is not the one expected"
    except RetryableError as error:
        return {
            "storage-refused": "the gateway refuses; check bucket, credential and policy",
        }.get(error.code, "the gateway does not answer; check the endpoint")
    except OSError:
        return "the folder cannot be used; check that it exists and whose it is"


def _folder(location: StorageLocation) -> Iterator[Finding]:
    is_private = not stat.S_IMODE(Path(location.root).stat().st_mode) & 0o077
    words = "Nobody else" if is_private else "Other accounts of the machine"
    yield Finding(f"{words} may enter the folder.", is_private)


def _elsewhere(location: StorageLocation, place: Engine) -> Iterator[Finding]:
    """The credential must open nothing but its bucket; whose the others are is not told."""
    bucket = cast("S3Engine", place)
    others = set(bucket.buckets()) | _other_buckets(location)
    reached = sum(bucket.reaches(name) for name in others - {location.bucket})
    if reached:
        yield Finding(f"It reaches {reached} other buckets: narrow the credential.", False)
    else:
        yield Finding("It reaches no other bucket.", True)


def _other_buckets(location: StorageLocation) -> set[str]:
    rows = StorageLocation.objects.db_manager("platform").filter(kind=location.kind)
    here = server_of(location.endpoint)
    return {
        row.bucket
        for row in rows.exclude(organization_id=location.organization_id)
        if server_of(row.endpoint) == here
    }
