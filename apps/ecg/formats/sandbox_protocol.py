"""What travels between a caller, the fork server and its children."""

from __future__ import annotations

import struct
from typing import NamedTuple

RESULT, STATUS = b"R", b"S"
MAX_RESULT_BYTES = 256 << 20
_FRAME = struct.Struct("<cI")
_REQUEST = struct.Struct("<QIdII")


class Limits(NamedTuple):
    """What one file may use. The alarm is for a child whose caller was killed."""

    memory_bytes: int = 512 << 20
    cpu_s: int = 10
    wall_s: float = 20.0

    @property
    def alarm_s(self) -> float:
        return self.wall_s + 2


LIMITS = Limits()


def request(data: bytes, profiles: bytes, limits: Limits) -> bytes:
    """A file and the vendor profiles, JSON, to read it with."""
    sizes = len(profiles), len(data)
    header = _REQUEST.pack(limits.memory_bytes, limits.cpu_s, limits.wall_s, *sizes)
    return b"".join([header, profiles, data])


REQUEST_SIZE = _REQUEST.size


def parse_request_header(raw: bytes) -> tuple[Limits, int, int]:
    """The limits, the length of the profiles, the length of the file."""
    memory, cpu, wall, profiles, length = _REQUEST.unpack(raw)
    return Limits(memory, cpu, wall), profiles, length


def frame_header(kind: bytes, length: int) -> bytes:
    return _FRAME.pack(kind, length)


def parse_frame_header(raw: bytes) -> tuple[bytes, int]:
    kind, length = _FRAME.unpack(raw)
    return kind, length
