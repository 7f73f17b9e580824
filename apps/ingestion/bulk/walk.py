"""Which files an import offers: folder by folder in a steady order, none held for long."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.ecg.formats.wfdb.header import SUFFIX
from apps.ecg.management.files import parts_beside


@dataclass(frozen=True, slots=True)
class Offered:
    """One file, with the signal files that belong to it where it is a WFDB header."""

    path: Path
    parts: tuple[Path, ...] = ()

    def looks(self) -> tuple[int, int]:
        """Length and newest time in nanoseconds, all its files together. Raises OSError."""
        found = [path.stat() for path in (self.path, *self.parts)]
        return sum(one.st_size for one in found), max(one.st_mtime_ns for one in found)


def offered(paths: Iterable[Path]) -> Iterator[Offered]:
    """Single files first, then folders with all below them; hidden files are left out.

    Raises OSError for a folder that cannot be read: leaving it out would go unseen.
    """
    given = list(paths)
    yield from _whole([path for path in given if not path.is_dir()])
    for folder in given:
        if folder.is_dir():
            yield from _below(folder)


def _below(folder: Path) -> Iterator[Offered]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    files = [entry for entry in entries if entry.is_file() and not entry.name.startswith(".")]
    whole = {one.path.name: one for one in _whole([folder / entry.name for entry in files])}
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(folder / entry.name)
        elif entry.name in whole:
            yield whole[entry.name]


def _whole(files: list[Path]) -> list[Offered]:
    """A signal file goes with the WFDB header beside it that names it."""
    parts = {path: _parts(path) for path in files if path.suffix == SUFFIX}
    taken = {part for found in parts.values() for part in found}
    return [Offered(path, parts.get(path, ())) for path in files if path not in taken]


def _parts(header: Path) -> tuple[Path, ...]:
    try:
        return tuple(parts_beside(header, header.read_bytes()))
    except OSError:
        return ()
