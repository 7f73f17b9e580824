"""ZIP archives: what is inside, under caps, grouped as it becomes arrivals."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from . import bundle
from .canonical import Refused
from .wfdb.header import MAX_HEADER_BYTES, SUFFIX
from .wfdb.record import signal_files

SIGNATURES = (bundle.SIGNATURE, b"PK\x05\x06")
MAX_ENTRIES, MAX_RATIO = 1_000, 100
MAX_BYTES, MAX_MEMBER_BYTES = 200 << 20, 32 << 20
# What a list of that many files with long names needs; a longer one is not even read.
MAX_LIST_BYTES = 1 << 20
# What operating systems add on their own: of nobody's heart.
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}

_END = struct.Struct("<4s4H2IH")
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError),
    *(RuntimeError, struct.error, IndexError),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One arrival to be: the name for display, and its bytes."""

    name: str
    content: bytes


def is_packed(data: bytes) -> bool:
    """Whether it begins as a ZIP does; nothing of it is read."""
    return data.startswith(SIGNATURES)


def is_archive(data: bytes) -> bool:
    """By content; a ZIP that holds one WFDB record and nothing else is a recording. Raises Refused
    for one beyond the caps."""
    if not is_packed(data):
        return False
    with _Archive(data) as archive:
        return not archive.is_one_record()


def members(data: bytes) -> Iterator[Member]:
    """In the archive's order; header and signal files of a WFDB record travel as one.

    Holds one at a time. Raises Refused beyond the caps: then none of them counts.
    """
    with _Archive(data) as archive:
        for group in archive.groups():
            if len(group) == 1:
                yield Member(_base(group[0]), archive.read(group[0]))
            else:
                files = {_base(info): archive.read(info) for info in group}
                yield Member(_base(group[0]), bundle.write(files))


class _Archive:
    """One archive that is being read, and how many bytes may still come out of it."""

    def __init__(self, data: bytes) -> None:
        _check_list(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            _damaged()
        self._left = min(MAX_BYTES, MAX_RATIO * len(data))
        self.entries = [info for info in self._zip.infolist() if not _is_litter(info)]
        for info in self.entries:
            _check(info)
        if not self.entries:
            raise Refused("archive-empty", "The archive holds no file.")

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def read(self, info: zipfile.ZipInfo) -> bytes:
        content = self._content(info, min(self._left, MAX_MEMBER_BYTES))
        self._left -= len(content)
        return content

    def _content(self, info: zipfile.ZipInfo, limit: int) -> bytes:
        try:
            with self._zip.open(info) as member:
                content = member.read(limit + 1)
        except _BROKEN:
            _damaged()
        if len(content) > limit:
            raise Refused("archive-bomb", "The archive expands beyond what is taken.")
        return content

    def is_one_record(self) -> bool:
        """One header, its signal files, and annotations under its name."""
        headers = self._headers()
        if len(headers) != 1:
            return False
        stem = _base(headers[0]).removesuffix(SUFFIX)
        own = {*self._signals(headers[0])}
        others = (_base(info) for info in self.entries)
        return all(name in own or name.rpartition(".")[0] == stem for name in others)

    def groups(self) -> list[list[zipfile.ZipInfo]]:
        """Each what becomes one arrival, a header before its signal files."""
        places = {info.filename: info for info in self.entries}
        records = {}
        for header in self._headers():
            paths = [_folder(header) + name for name in self._signals(header)]
            if paths and all(path in places for path in paths):
                records[header.filename] = [header, *(places[path] for path in paths)]
        claimed = {info.filename for group in records.values() for info in group[1:]}
        return [
            records.get(info.filename, [info])
            for info in self.entries
            if info.filename not in claimed
        ]

    def _headers(self) -> list[zipfile.ZipInfo]:
        return [info for info in self.entries if info.filename.endswith(SUFFIX)]

    def _signals(self, header: zipfile.ZipInfo) -> list[str]:
        if header.file_size > MAX_HEADER_BYTES:
            return []
        content = self._content(header, MAX_HEADER_BYTES)
        return signal_files(_base(header), content)


def _check_list(data: bytes) -> None:
    """The end of the list says how long it is, before anything is made of it."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - 0xFFFF))
    if at < 0 or len(data) - at < _END.size:
        _damaged()
    entries, length = _END.unpack_from(data, at)[4:6]
    if entries > MAX_ENTRIES or length > MAX_LIST_BYTES:
        raise Refused("archive-entries", f"The archive holds more than {MAX_ENTRIES} files.")


def _check(info: zipfile.ZipInfo) -> None:
    parts = info.filename.replace("\\", "/").split("/")
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode) or ".." in parts or info.filename.startswith(("/", "\\")):
        raise Refused("archive-path", "The archive holds a link or a path that leads out of it.")
    if info.flag_bits & 0x1:
        raise Refused("archive-encrypted", "The archive is encrypted; send it without a password.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("archive-method", "The archive is packed in an unusual way.")


def _is_litter(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    return info.is_dir() or parts[0] == "__MACOSX" or parts[-1] in LITTER


def _base(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").rpartition("/")[2]


def _folder(info: zipfile.ZipInfo) -> str:
    head, slash, _ = info.filename.rpartition("/")
    return head + slash


def _damaged() -> NoReturn:
    raise Refused("archive-damaged", "The archive is damaged; send it again.") from None
