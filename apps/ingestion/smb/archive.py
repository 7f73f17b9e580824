"""What becomes of an accepted file on the share: left, copied or moved. Nothing is overwritten, and
nothing removed whose copy was not read back equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.client import Share
from apps.ingestion.smb.discovery import path_on_share
from apps.ingestion.smb.errors import Exists, FileProblem, OtherDevice
from apps.ingestion.smb.handle import Handle
from apps.ingestion.smb.names import ARCHIVE, shortened

Mode = ShareSource.Archive


class NotVerified(FileProblem):
    """The copy was read back different."""

    code = "archive-differs"


class NoName(FileProblem):
    code = "archive-exists"


def archive(share: Share, source: ShareSource, handle: Handle, path: str, data: bytes) -> None:
    """`handle` is the open file, `data` its whole content. Raises FileProblem, ShareLost."""
    if source.archive == Mode.LEAVE:
        return
    target = path_on_share(source, f"{ARCHIVE}\\{path}")
    share.make_folders(target.rpartition("\\")[0])
    if source.archive == Mode.COPY:
        _copy(share, target, data)
    else:
        _move(share, handle, target, data)


def _move(share: Share, handle: Handle, target: str, data: bytes) -> None:
    """Renamed where that can be, else copied and removed."""
    for name in _names(target, data):
        try:
            handle.rename(name)
        except Exists:
            if share.read(name) != data:
                continue
            handle.delete()
        except OtherDevice:
            _copy(share, target, data)
            handle.delete()
        return
    raise NoName


def _copy(share: Share, target: str, data: bytes) -> None:
    """Once: the same content under the name is the copy of an earlier try."""
    for name in _names(target, data):
        kept = share.read(name)
        if kept == data:
            return
        if kept is None:
            with suppress(Exists):
                _write(share, name, data)
                return
    raise NoName


def _write(share: Share, name: str, data: bytes) -> None:
    """Under a passing name until it is proven, so that a half copy is never taken for one."""
    folder = name.rpartition("\\")[0]
    part = f"{folder}\\{_mark(data)}.part"
    try:
        share.write(part, data)
        if share.read(part) != data:
            raise NotVerified
        share.rename(part, name)
    except FileProblem:
        with suppress(FileProblem):
            share.remove(part)
        raise


def _names(target: str, data: bytes) -> Iterator[str]:
    """The file's own, then one that says which content it is."""
    yield target
    folder, _, name = target.rpartition("\\")
    yield f"{folder}\\{shortened(name, _mark(data))}"


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
