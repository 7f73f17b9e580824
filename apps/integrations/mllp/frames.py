"""MLLP frames (HL7 v2 transport, MLLP 1): 0x0B, the message, 0x1C 0x0D."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

START, END = b"\x0b", b"\x1c\x0d"


@dataclass(slots=True)
class Frames:
    """The messages on one connection, in order, however the reads split them.

    What stands outside a frame is let go, and so is a frame in which another one begins.
    """

    longest: int
    is_open: bool = False
    _held: bytearray = field(default_factory=bytearray)
    _half_end: bytes = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Messages that end in the data; of one that is longer its first `longest` + 1 bytes."""
        rest, self._half_end = self._half_end + data, b""
        while rest:
            start, end = rest.find(START), rest.find(END)
            if not self.is_open or 0 <= start < (end if end >= 0 else len(rest)):
                if start < 0:
                    return
                self.is_open, rest = True, rest[start + len(START) :]
                self._held.clear()
            elif end < 0:
                kept = len(rest) - rest.endswith(END[:1])
                self._keep(rest[:kept])
                self._half_end = rest[kept:]
                return
            else:
                self._keep(rest[:end])
                self.is_open, rest = False, rest[end + len(END) :]
                yield bytes(self._held)

    def _keep(self, data: bytes) -> None:
        self._held += data[: self.longest + 1 - len(self._held)]


def framed(message: bytes) -> bytes:
    return START + message + END
