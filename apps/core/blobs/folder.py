"""Blobs in a folder: flushed to disk, then named by a link that never replaces."""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from apps.core.blobs.store import CHUNK, TEMPORARY, Entry, is_temporary


class NotMounted(OSError):
    """The folder is empty: what it stands for is away, and no key is known to be gone."""


class FolderEngine:
    """Keys are relative paths below the root; temporary names live beside them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, prefix: str, chunks: Iterable[bytes]) -> str:
        name = f"{prefix}/{TEMPORARY}/{uuid.uuid4().hex}"
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with open(path, "xb", opener=_private) as out:
                out.writelines(chunks)
                out.flush()
                os.fsync(out.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return name

    def promote(self, temporary: str, key: str) -> bool:
        source, target = self.root / temporary, self.root / key
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileExistsError:
            return False
        else:
            _flush_folder(target.parent)
            return True
        finally:
            source.unlink(missing_ok=True)

    def replace(self, temporary: str, key: str) -> None:
        target = self.root / key
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / temporary).replace(target)
        _flush_folder(target.parent)

    def read(self, key: str) -> Iterator[bytes]:
        try:
            stored = open(self.root / key, "rb")  # noqa: SIM115 - closed below
        except FileNotFoundError:
            self._require_mounted()
            raise
        with stored:
            while chunk := stored.read(CHUNK):
                yield chunk

    def _require_mounted(self) -> None:
        if not (self.root / "org").is_dir():
            raise NotMounted(errno.ENODEV, "the storage folder is empty")

    def exists(self, key: str) -> bool:
        return (self.root / key).is_file()

    def entries(self, prefix: str) -> Iterator[Entry]:
        """Holds the names of one folder in memory at a time."""
        above = prefix.rpartition("/")[0]
        return (entry for entry in self._below(above) if entry.key.startswith(prefix))

    def keys(self, prefix: str) -> Iterator[str]:
        inside = f"{prefix.rstrip('/')}/" if prefix else ""
        return (entry.key for entry in self.entries(inside) if not is_temporary(entry.key))

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def _below(self, folder: str) -> Iterator[Entry]:
        try:
            with os.scandir(self.root / folder) as found:
                # A folder stands in the order as its keys do, with the stroke after its name.
                names = sorted(f"{one.name}/" if one.is_dir() else one.name for one in found)
        except FileNotFoundError:
            return
        for name in names:
            key = f"{folder}/{name}".lstrip("/")
            if name.endswith("/"):
                yield from self._below(key.rstrip("/"))
            else:
                yield from self._entry(key)

    def _entry(self, key: str) -> Iterator[Entry]:
        try:
            found = (self.root / key).stat()
        except FileNotFoundError:
            return
        yield Entry(key, found.st_size, found.st_mtime)

    def sweep_temporary(self, older_than_s: float) -> int:
        """Remove what interrupted uploads left behind; how many."""
        limit, removed = time.time() - older_than_s, 0
        for path in self.root.glob(f"org/*/{TEMPORARY}/*"):
            try:
                if path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:
                continue
        return removed


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
