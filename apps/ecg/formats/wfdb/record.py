"""Which files make one record, and how they travel as one."""

from __future__ import annotations

from collections.abc import Mapping

from apps.ecg.formats import bundle
from apps.ecg.formats.canonical import Refused

from .header import MAX_HEADER_BYTES, SUFFIX, looks_like_header, read_header


def signal_files(name: str, data: bytes) -> list[str]:
    """The signal files a header names; empty for a file that is no header."""
    if not name.endswith(SUFFIX) or len(data) > MAX_HEADER_BYTES or not looks_like_header(data):
        return []
    try:
        return read_header(data).files()
    except Refused:
        return []


def gather(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files by name, each whole record in one archive under the name of its header.

    A header whose signal files are not all here stays as it is: its refusal says what to send.
    """
    parts = {name: signal_files(name, data) for name, data in files.items()}
    whole = {name: found for name, found in parts.items() if found and set(found) <= files.keys()}
    claimed = {part for found in whole.values() for part in found}
    return {
        name: bundle.write({n: files[n] for n in (name, *whole[name])}) if name in whole else data
        for name, data in files.items()
        if name not in claimed
    }
