"""What travels between a caller, the fork server and its children."""

from __future__ import annotations

import struct
from typing import NamedTuple

# What is asked for; what frames say: a result, a death, and of an archive that it is one, that it
# is one recording, a member of it.
TO_DECODE, TO_UNPACK = b"D", b"U"
RESULT, STATUS = b"R", b"S"
ARCHIVE, RECORD, MEMBER = b"A", b"O", b"M"
MAX_RESULT_BYTES = 256 << 20
_FRAME = struct.Struct("<cI")
_REQUEST = struct.Struct("<cQIdII")
_NAME = struct.Struct("<H")


class Limits(NamedTuple):
    """What one file may use. The alarm is for a child whose caller was killed."""

    memory_bytes: int = 512 << 20
    cpu_s: int = 10
    wall_s: float = 20.0

    @property
    def alarm_s(self) -> float:
        return self.wall_s + 2


LIMITS = Limits()


def request(kind: bytes, data: bytes, profiles: bytes, limits: Limits) -> bytes:
    """A file and the vendor profiles, JSON, to read it with."""
    sizes = len(profiles), len(data)
    header = _REQUEST.pack(kind, limits.memory_bytes, limits.cpu_s, limits.wall_s, *sizes)
    return b"".join([header, profiles, data])


REQUEST_SIZE = _REQUEST.size


def parse_request_header(raw: bytes) -> tuple[bytes, Limits, int, int]:
    """What is asked, the limits, the length of the profiles, the length of the file."""
    kind, memory, cpu, wall, profiles, length = _REQUEST.unpack(raw)
    return kind, Limits(memory, cpu, wall), profiles, length


def member_head(name: str) -> bytes:
    encoded = name.encode("utf-8", "replace")[:65535]
    return _NAME.pack(len(encoded)) + encoded


def parse_member(body: bytes) -> tuple[str, bytes]:
    """Name and content. Raises ValueError."""
    if len(body) < _NAME.size:
        raise ValueError
    end = _NAME.size + _NAME.unpack_from(body)[0]
    return body[_NAME.size : end].decode("utf-8", "replace"), body[end:]


def frame_header(kind: bytes, length: int) -> bytes:
    return _FRAME.pack(kind, length)


def parse_frame_header(raw: bytes) -> tuple[bytes, int]:
    kind, length = _FRAME.unpack(raw)
    return kind, length
