"""What an import has had accepted so far: a line a file, kept through kill -9.

A line names the place by its hash, never by its words. It is only a shortcut: without it the
file is read again and found to be the same delivery.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from pathlib import Path
from types import TracebackType

SYNC_S = 2.0
FIELDS = 4


class Running(Exception):
    """Another process works on the same import."""


class Journal:
    """Raises Running when it is opened twice, OSError where it cannot be kept."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = open(path, "a+", encoding="ascii", opener=_private)  # noqa: SIM115
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise Running from None
        self._held = self._read()
        self._synced = time.monotonic()

    def known(self, place: str, looks: tuple[int, int]) -> str:
        """The arrival of a file that has not changed since; empty for any other."""
        found = self._held.get(place)
        return found[1] if found and found[0] == looks else ""

    def add(self, place: str, looks: tuple[int, int], arrival: str) -> None:
        """After the file was accepted: kept as soon as this returns, on disk within seconds."""
        self._held[place] = (looks, arrival)
        self._file.write(f"{place} {looks[0]} {looks[1]} {arrival}\n")
        self._file.flush()
        if time.monotonic() - self._synced > SYNC_S:
            self._sync()

    def forget(self, place: str) -> None:
        """Its arrival is not there any more: the file is offered again."""
        self.add(place, (-1, -1), "-")

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sync()
        self._file.close()

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def _read(self) -> dict[str, tuple[tuple[int, int], str]]:
        """A line that was cut off counts for nothing, and is ended before the next is written."""
        self._file.seek(0)
        held, last = {}, "\n"
        for last in self._file:
            place, *looks = last.split()
            if len(looks) == FIELDS - 1 and last.endswith("\n"):
                held[place] = ((int(looks[0]), int(looks[1])), looks[2])
        if not last.endswith("\n"):
            self._file.write("\n")
        return held


def place_of(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode(errors="surrogateescape")).hexdigest()


def journal_path(folder: Path, organization_id: int, paths: list[Path]) -> Path:
    """The same paths of the same organization are the same import."""
    places = " ".join(sorted(place_of(path) for path in paths))
    name = hashlib.sha256(f"{organization_id} {places}".encode()).hexdigest()[:32]
    return folder / f"{name}.journal"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
