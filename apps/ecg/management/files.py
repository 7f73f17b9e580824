"""One file named on the command line, with what belongs to it, decoded in the limited child."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError

from apps.ecg.formats import MAX_FILE_BYTES, bundle
from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.sandbox import DecoderUnavailable, decode_limited
from apps.ecg.formats.wfdb.record import signal_files


def read_file(path: Path) -> bytes:
    """The bytes of a file; of a WFDB header, an archive of it and its signal files beside it.

    Raises OSError.
    """
    data = path.read_bytes()
    parts = parts_beside(path, data)
    if not parts or sum(part.stat().st_size for part in parts) > MAX_FILE_BYTES:
        return data
    return bundle.write({path.name: data, **{part.name: part.read_bytes() for part in parts}})


def parts_beside(path: Path, data: bytes) -> list[Path]:
    """The signal files a WFDB header names; empty unless it is one and all are beside it."""
    parts = [path.parent / name for name in signal_files(path.name, data)]
    return parts if all(part.is_file() for part in parts) else []


def sentence(refused: Refused) -> str:
    """Why a file was refused; with the field at fault, where the words do not name it already."""
    if not refused.field or refused.field in refused.message:
        return refused.message
    return f"{refused.message} Field: {refused.field}."


def decode_file(path: Path) -> DecodedEcg:
    """The decoded file. Raises Refused, also for a file that cannot be read."""
    try:
        data = read_file(path)
    except IsADirectoryError:
        raise Refused("is-a-directory", "This is a directory; name its files.") from None
    except FileNotFoundError:
        raise Refused("no-such-file", "There is no such file.") from None
    except OSError as error:
        raise Refused("unreadable", f"The file cannot be read: {error.strerror}.") from None
    try:
        return decode_limited(data)
    except DecoderUnavailable as error:
        raise CommandError("The decoder process cannot be started.", returncode=3) from error
