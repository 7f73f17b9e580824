"""Durable store: one file per message, and an index of one JSON line each."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from .messages import Result, check, read


class ControlIdReusedError(Exception):
    """The sender used a control id again for other content."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored message as the index knows it."""

    key: str
    sha256: str
    received_at: str
    sender: str
    facility: str
    control_id: str
    patient_id: str
    order: str
    status: str

    @property
    def received(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.received_at)


class Store:
    """A folder; what `put` has returned survives kill -9 and power loss."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.index = folder / "index.jsonl"
        self.entries: dict[str, Entry] = {}
        self._recover()

    def put(self, payload: bytes, result: Result, now: dt.datetime) -> Entry:
        """The entry of this message, written once; ControlIdReusedError for other content."""
        key = _key(result)
        digest = hashlib.sha256(payload).hexdigest()
        known = self.entries.get(key)
        if known is None:
            self._write(f"{key}.hl7", payload)
            known = _entry(key, digest, result, now)
            self._append(known)
        if known.sha256 != digest:
            raise ControlIdReusedError
        return known

    def payload(self, key: str) -> bytes:
        """The stored bytes; KeyError for a key that is none."""
        return (self.folder / f"{self.entries[key].key}.hl7").read_bytes()

    def _write(self, name: str, data: bytes) -> None:
        temporary = self.folder / f"{name}.part"
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self.folder / name)
        self._sync_folder()

    def _append(self, entry: Entry) -> None:
        with self.index.open("a", encoding="utf-8") as file:
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
        self.entries[entry.key] = entry

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _recover(self) -> None:
        """The files are the truth: the index gets what a crash kept from it."""
        indexed = _read_index(self.index)
        for path in sorted(self.folder.glob("*.hl7"), key=lambda path: path.stat().st_mtime):
            entry = indexed.get(path.stem) or _entry_of(path)
            self.entries[entry.key] = entry
        lines = "".join(_line(entry) for entry in self.entries.values())
        self._write(self.index.name, lines.encode())


def _key(result: Result) -> str:
    """A file name for sender and control id, neither of which may be one."""
    parts = json.dumps([result.sender, result.facility, result.control_id])
    return hashlib.sha256(parts.encode()).hexdigest()[:40]


def _entry(key: str, digest: str, result: Result, now: dt.datetime) -> Entry:
    received_at = now.isoformat(timespec="seconds")
    return Entry(key=key, sha256=digest, received_at=received_at, **asdict(result))


def _entry_of(path: Path) -> Entry:
    payload = path.read_bytes()
    written_at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    digest = hashlib.sha256(payload).hexdigest()
    return _entry(path.stem, digest, check(read(payload)), written_at)


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry)) + "\n"


def _read_index(path: Path) -> dict[str, Entry]:
    """The whole lines; a crash may have cut the last one."""
    if not path.exists():
        return {}
    entries = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            continue
        entries[entry.key] = entry
    return entries
