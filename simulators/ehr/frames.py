"""MLLP frames on an asyncio stream."""

from __future__ import annotations

import asyncio

START = b"\x0b"
END = b"\x1c\x0d"
MAX_FRAME_BYTES = 16 * 1024 * 1024
IDLE_S = 300.0


class FrameTooLargeError(Exception):
    """The peer sent more than one message may have, without ending it."""


class Frames:
    """The payloads on one connection, in order; stray bytes between frames are skipped."""

    def __init__(self, reader: asyncio.StreamReader, limit: int = MAX_FRAME_BYTES) -> None:
        self.reader = reader
        self.limit = limit
        self.buffer = bytearray()

    async def next(self) -> bytes | None:
        """The next whole payload, None when the peer has closed; a cut-off frame is dropped."""
        searched = 0
        while True:
            end = self.buffer.find(END, searched)
            if end >= 0:
                payload = self._take(end)
                searched = 0
                if payload is not None:
                    return payload
                continue
            searched = max(len(self.buffer) - 1, 0)
            if not await self._fill():
                return None

    async def _fill(self) -> bool:
        if len(self.buffer) > self.limit:
            raise FrameTooLargeError
        chunk = await asyncio.wait_for(self.reader.read(64 * 1024), IDLE_S)
        self.buffer += chunk
        return bool(chunk)

    def _take(self, end: int) -> bytes | None:
        start = self.buffer.rfind(START, 0, end)
        payload = bytes(self.buffer[start + 1 : end]) if start >= 0 else None
        del self.buffer[: end + len(END)]
        return payload


def framed(payload: bytes) -> bytes:
    return START + payload + END
