"""Several files of one recording in one: a plain ZIP, read with caps, written to the same bytes."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping

from .canonical import Refused

SIGNATURE = b"PK\x03\x04"
MAX_ENTRIES, MAX_RATIO, MAX_BYTES = 1_000, 100, 64 << 20
_SOONEST = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError)


def names(data: bytes) -> list[str]:
    """The names inside, without their folders; empty where this is no archive that can be read."""
    if not data.startswith(SIGNATURE):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [_base(info.filename) for info in archive.infolist()[:MAX_ENTRIES]]
    except _BROKEN:
        return []


def read(data: bytes) -> dict[str, bytes]:
    """The files inside by their names without folders. Raises Refused beyond the caps."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive, len(data))
    except _BROKEN:
        raise Refused("archive-damaged", "The archive is damaged; send it again.") from None


def _read(archive: zipfile.ZipFile, size: int) -> dict[str, bytes]:
    entries = [info for info in archive.infolist() if not info.is_dir()]
    if len(entries) > MAX_ENTRIES:
        raise Refused("archive-entries", f"The archive holds more than {MAX_ENTRIES} files.")
    left = min(MAX_BYTES, MAX_RATIO * size)
    found: dict[str, bytes] = {}
    for info in entries:
        _check(info, found)
        with archive.open(info) as member:
            content = member.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Refused("archive-bomb", "The archive expands beyond any ECG.")
        if content.startswith(SIGNATURE):
            raise Refused("archive-nested", "The archive holds another archive.")
        found[_base(info.filename)] = content
    return found


def _check(info: zipfile.ZipInfo, found: Mapping[str, bytes]) -> None:
    mode = info.external_attr >> 16
    parts = info.filename.replace("\\", "/").split("/")
    if stat.S_ISLNK(mode) or ".." in parts or info.filename.startswith("/"):
        raise Refused("archive-path", "The archive holds a link or a path that leads out of it.")
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise Refused("archive-method", "The archive is encrypted or packed in an unusual way.")
    if _base(info.filename) in found:
        raise Refused("archive-duplicate", "Two files in the archive have the same name.")


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def write(files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes, whoever packs them and when."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _SOONEST), files[name])
    return out.getvalue()
