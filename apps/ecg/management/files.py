"""One file named on the command line, decoded in the limited child."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError

from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.sandbox import DecoderUnavailable, decode_limited


def decode_file(path: Path) -> DecodedEcg:
    """The decoded file. Raises Refused, also for a file that cannot be read."""
    try:
        data = path.read_bytes()
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
