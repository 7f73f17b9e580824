"""Anchors in a folder: each file is made once, read-only, and never replaced."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

READ_ONLY = 0o400


class FolderAnchors:
    """Another user's or a mounted write-once folder; this process only adds to it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, data: bytes) -> bool:
        """Whole or not at all; False where the name is taken."""
        target = self.root / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = target.with_name(f".{uuid.uuid4().hex}")
        try:
            with open(half, "xb", opener=_read_only) as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            # A link never replaces what is there.
            os.link(half, target)
        except FileExistsError:
            return False
        finally:
            half.unlink(missing_ok=True)
        _flush_folder(target.parent)
        return True

    def names(self) -> list[str]:
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(self.root)
        found = self.root.glob("*/*.json")
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()


def _read_only(path: str, flags: int) -> int:
    return os.open(path, flags, READ_ONLY)


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
