"""The folder of an export: files written whole or not at all, each on the list with its hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from apps.core.blobs.sealing import SEGMENT, TAG, sealed_size
from apps.web.offboarding.recipient import Recipient

BEGUN, LIST, MANIFEST, SIGNATURE = "begun.json", "files.jsonl", "manifest.json", "manifest.sig"
KEYS, SEALED, PART = "keys", ".sealed", ".part"
CHUNK = 1 << 20


class NotThatFolder(Exception):
    """The folder holds something else; the text says what."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file: its plain length and hash; for an encrypted one those of what lies there too."""

    path: str
    size: int
    sha256: str
    sealed_size: int | None = None
    sealed_sha256: str | None = None

    def line(self) -> bytes:
        return compact({k: v for k, v in asdict(self).items() if v is not None}) + b"\n"

    @property
    def stored_as(self) -> str:
        return self.path if self.sealed_sha256 is None else self.path + SEALED


class Folder:
    """Open to its owner only. What was written is flushed before it gets its name."""

    def __init__(self, root: Path, recipient: Recipient | None = None) -> None:
        self.root = root
        self.recipient = recipient

    def begin(self, organization: str) -> dict[str, Any]:
        """What an earlier run says of itself; empty for a new folder. Raises NotThatFolder."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun = self.root / BEGUN
        if not begun.exists():
            if any(path.suffix != PART for path in self.root.iterdir()):
                raise NotThatFolder("it is not empty and holds no export")
            self.root.chmod(0o700)
            self.note(organization, None)
            return {}
        said: dict[str, Any] = json.loads(begun.read_bytes())
        if said["organization"] != organization:
            raise NotThatFolder("it holds another organization's export")
        if said["recipient"] != self._recipient_name():
            raise NotThatFolder("it was begun for another recipient, or without one")
        # What they sign is about to change.
        for name in (MANIFEST, SIGNATURE):
            (self.root / name).unlink(missing_ok=True)
        return said

    def note(self, organization: str, last_event: int | None) -> None:
        """What a later run has to know."""
        said = {
            "organization": organization,
            "recipient": self._recipient_name(),
            "last_event": last_event,
        }
        self.put(BEGUN, [compact(said)])
        if self.recipient:
            self.put(f"{KEYS}/{self.recipient.ring.active}.json", [self.recipient.wrapped()])

    def write(self, name: str, chunks: Iterable[bytes]) -> Listed:
        """A file of the export, sealed where there is a recipient."""
        plain, stored = Counted(chunks), None
        if self.recipient is None:
            self.put(name, plain)
        else:
            stored = Counted(self.recipient.seal(plain))
            self.put(name + SEALED, stored)
        return _listed(name, plain, stored)

    def kept(self, name: str, sha256: str) -> Listed | None:
        """A file of known content that is there already and right; else None."""
        path = self.root / (name if self.recipient is None else name + SEALED)
        if not path.is_file():
            return None
        there = Counted(read(path))
        for _ in there:
            continue
        if self.recipient is None:
            return _listed(name, there, None) if there.sha256 == sha256 else None
        # A name is given to whole files only; the list holds what lies there.
        return Listed(name, opened_size(there.size), sha256, there.size, there.sha256)

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self.root / name
        for above in reversed(path.relative_to(self.root).parents):
            (self.root / above).mkdir(mode=0o700, exist_ok=True)
        part = path.with_name(path.name + PART)
        with open(part, "wb", opener=_private) as out:
            out.writelines(chunks)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)

    def listing(self) -> IO[bytes]:
        """The list being written; `finish` gives it its name."""
        return open(self.root / f"{LIST}{PART}", "wb", opener=_private)

    def finish(self, listing: IO[bytes]) -> None:
        listing.flush()
        os.fsync(listing.fileno())
        listing.close()
        (self.root / f"{LIST}{PART}").replace(self.root / LIST)

    def _recipient_name(self) -> str | None:
        return self.recipient.name if self.recipient else None


class Counted:
    """Passes chunks on and knows their length and hash at the end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            self._digest.update(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _listed(name: str, plain: Counted, stored: Counted | None) -> Listed:
    sealed = (stored.size, stored.sha256) if stored else (None, None)
    return Listed(name, plain.size, plain.sha256, *sealed)


def opened_size(size: int) -> int:
    """The plain length of so many sealed bytes: the inverse of `sealed_size`."""
    header = sealed_size(0) - TAG
    return size - header - TAG * -(-(size - header) // (SEGMENT + TAG))


def compact(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
