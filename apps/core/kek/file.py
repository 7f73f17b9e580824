"""Key-encryption keys in one file, a keyring for each organization, deleted with it.

{"organizations": {owner: {"active": name, "keys": {name: base64 of 32 bytes}}}}, readable by its
owner only. Changes are written whole; processes of one machine take turns by a lock beside it.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from apps.core.blobs.keyring import KEY_BYTES, Keyring, parse_keyring
from apps.core.kek import aes
from apps.core.kek.engine import KekGone, KekUnavailable, Wrapped

Entries = dict[str, Any]
OTHERS = 0o077


class FileKeys:
    def __init__(self, path: Path) -> None:
        self._path = path

    def ids(self, owner: str) -> list[str]:
        with self._locked(fcntl.LOCK_SH):
            entry = self._read().get(owner)
        return [f"{owner}:{name}" for name in entry["keys"]] if entry else []

    def wrap(self, owner: str, key: bytes, bound: bytes) -> Wrapped:
        ring = self._ring(owner) or self._made(owner)
        return Wrapped(f"{owner}:{ring.active}", aes.wrap(ring.key(ring.active), key, bound))

    def unwrap(self, kek_id: str, wrapped: bytes, bound: bytes) -> bytes:
        owner, _, name = kek_id.rpartition(":")
        ring = self._ring(owner)
        if ring is None or name not in ring.keys:
            raise KekGone
        return aes.unwrap(ring.key(name), wrapped, bound)

    def renew(self, owner: str) -> None:
        with self._changing() as entries:
            _add(entries, owner)

    def forget_older(self, owner: str) -> None:
        with self._changing() as entries:
            active = entries[owner]["active"]
            entries[owner]["keys"] = {active: entries[owner]["keys"][active]}

    def destroy(self, owner: str) -> None:
        with self._changing() as entries:
            entries.pop(owner, None)

    def _ring(self, owner: str) -> Keyring | None:
        with self._locked(fcntl.LOCK_SH):
            entry = self._read().get(owner)
        try:
            return parse_keyring(json.dumps(entry), "EINTHOVEN_KEK_FILE") if entry else None
        except ImproperlyConfigured:
            raise KekUnavailable from None

    def _made(self, owner: str) -> Keyring:
        with self._changing() as entries:
            if owner not in entries:
                _add(entries, owner)
        made = self._ring(owner)
        assert made is not None
        return made

    @contextmanager
    def _changing(self) -> Iterator[Entries]:
        with self._locked(fcntl.LOCK_EX):
            entries = self._read()
            before = json.dumps(entries)
            yield entries
            if json.dumps(entries) != before:
                self._write(entries)

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        try:
            with open(f"{self._path}.lock", "a", opener=_private) as lock:
                fcntl.flock(lock, kind)
                yield
        except OSError:
            raise KekUnavailable from None

    def _read(self) -> Entries:
        """Never made here: at a wrong path, new keys would hide that the old ones are missing."""
        with open(self._path, encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & OTHERS:
                raise ImproperlyConfigured("EINTHOVEN_KEK_FILE is readable by others: chmod 600")
            try:
                entries: Entries = json.load(file)["organizations"]
            except (ValueError, KeyError, TypeError):
                raise KekUnavailable from None
        return entries

    def _write(self, entries: Entries) -> None:
        part = self._path.with_name(f"{self._path.name}.part")
        with open(part, "w", encoding="utf-8", opener=_private) as file:
            json.dump({"organizations": entries}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        with open(self._path, "r+b") as old:
            part.replace(self._path)
            _flush_folder(self._path.parent)
            _overwrite(old.fileno())


def _add(entries: Entries, owner: str) -> None:
    name = secrets.token_hex(4)
    entry = entries.setdefault(owner, {"keys": {}})
    entry["keys"][name] = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    entry["active"] = name


def _overwrite(descriptor: int) -> None:
    """What was deleted is not left readable where the file system writes in place."""
    os.pwrite(descriptor, bytes(os.fstat(descriptor).st_size), 0)
    os.fsync(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
