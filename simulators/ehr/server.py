"""The MLLP side: many connections, many messages on each, one answer per message in order."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from typing import Literal

import hl7

from .frames import Frames, FrameTooLargeError, framed
from .messages import RefusedError, acknowledge, check, read
from .store import ControlIdReusedError, Store

Fault = Literal["", "reject", "error-once", "no-ack", "slow"]
SLOW_S = 5.0


class Receiver:
    """Answers messages; AA only for what the store holds durably."""

    def __init__(self, store: Store, fault: Fault = "") -> None:
        self.store = store
        self.fault = fault
        self.refused_once: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection until its peer closes it, idles too long or sends an endless frame."""
        frames = Frames(reader)
        try:
            while (payload := await frames.next()) is not None:
                await self._answer(payload, writer)
        except (FrameTooLargeError, TimeoutError, ConnectionError) as error:
            log(f"connection closed: {type(error).__name__}")
        finally:
            writer.close()

    async def _answer(self, payload: bytes, writer: asyncio.StreamWriter) -> None:
        reply = self.receive(payload)
        if self.fault == "slow":
            await asyncio.sleep(SLOW_S)
        if self.fault != "no-ack":
            writer.write(framed(reply))
            await writer.drain()

    def receive(self, payload: bytes) -> bytes:
        """The acknowledgement of one message."""
        now = dt.datetime.now(dt.UTC)
        message: hl7.Message | None = None
        try:
            message = read(payload)
            answered_at = self._take(message, payload, now)
        except RefusedError as refused:
            log(f"{refused.ack} {refused.location} {refused.code}")
            return acknowledge(message, refused.ack, now, refused)
        log("AA")
        return acknowledge(message, "AA", answered_at)

    def _take(self, message: hl7.Message, payload: bytes, now: dt.datetime) -> dt.datetime:
        result = check(message)
        self._fail_on_purpose(result.control_id)
        try:
            return self.store.put(payload, result, now).received
        except ControlIdReusedError:
            raise RefusedError(
                "AE", "205", "MSH^1^10", "control id used for other content"
            ) from None
        except OSError:
            raise RefusedError("AE", "207", "MSH^1", "could not be stored") from None

    def _fail_on_purpose(self, control_id: str) -> None:
        if self.fault == "reject":
            raise RefusedError("AR", "207", "MSH^1", "rejected on purpose")
        if self.fault == "error-once" and control_id not in self.refused_once:
            self.refused_once.add(control_id)
            raise RefusedError("AE", "207", "MSH^1", "failed on purpose")


def log(line: str) -> None:
    """One line, never with content of a message."""
    print(line, file=sys.stderr, flush=True)
