"""One connection: messages as they come, each answered before the next is looked at."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import structlog
from django.db import DatabaseError, connections

from apps.integrations.hl7.inbound import MOST_BYTES
from apps.integrations.mllp.door import answer
from apps.integrations.mllp.frames import Frames, framed
from apps.integrations.mllp.refusals import Refusals
from apps.integrations.mllp.senders import NotAdmitted, Sender

log = structlog.get_logger(__name__)

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Caps:
    """How many connections, and durations in seconds."""

    connections: int = 128
    connections_of_one: int = 16
    # From the connection to the first word of TLS, and to its end; one frame from its first byte to
    # its last, or an answer; without a whole frame.
    greeting_s: float = 10
    frame_s: float = 30
    idle_s: float = 600
    # Between two looks at who listens where; how soon what waits sees that it is to end.
    look_s: float = 5
    slice_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Connection:
    """Of a sender whose address was admitted; `stop` ends it after the message in hand."""

    raw: socket.socket
    sender: Sender
    caps: Caps
    stop: threading.Event
    refusals: Refusals
    tls: ssl.SSLContext | None

    def serve(self) -> None:
        """Returns when either side has ended it; what is not answered the sender sends again."""
        try:
            with closing(self.raw):
                self._serve()
        except (OSError, DatabaseError) as error:
            log.warning(
                "connection.failed", error_class=type(error).__name__, port=self.sender.port
            )
        finally:
            connections.close_all()

    def _serve(self) -> None:
        if self.tls is None:
            self._answer_all(self.raw, self.sender)
        elif self._has_begun():
            self.raw.settimeout(self.caps.greeting_s)
            with self.tls.wrap_socket(self.raw, server_side=True) as wrapped:
                shown = wrapped.getpeercert(binary_form=True) or b""
                self._answer_all(wrapped, replace(self.sender, certificate=shown))

    def _has_begun(self) -> bool:
        """Whether the peer said a word; one that only looks whether anybody is there says none."""
        until = time.monotonic() + self.caps.greeting_s
        self.raw.settimeout(self.caps.slice_s)
        while time.monotonic() < until and not self.stop.is_set():
            try:
                return bool(self.raw.recv(1, socket.MSG_PEEK))
            except TimeoutError:
                continue
        return False

    def _answer_all(self, connection: socket.socket, sender: Sender) -> None:
        for message in self._messages(connection):
            try:
                reply = answer(sender, message, self.stop)
            except NotAdmitted as refused:
                self.refusals.add(sender, refused.code)
                return
            if reply:
                connection.settimeout(self.caps.frame_s)
                connection.sendall(framed(reply))

    def _messages(self, connection: socket.socket) -> Iterator[bytes]:
        frames, last = Frames(MOST_BYTES), time.monotonic()
        began = last
        while not self.stop.is_set():
            was_open, data = frames.is_open, self._some(connection)
            if data == b"":
                return
            for message in frames.feed(data or b""):
                yield message
                last, was_open = time.monotonic(), False
                if self.stop.is_set():
                    return
            now = time.monotonic()
            began = began if was_open else now
            limit = began + self.caps.frame_s if frames.is_open else last + self.caps.idle_s
            if now > limit:
                code = "frame-not-ended" if frames.is_open else "idle"
                log.info("connection.ended", code=code, port=self.sender.port)
                return

    def _some(self, connection: socket.socket) -> bytes | None:
        """What came; nothing at the end, None where it is quiet and needs no database meanwhile."""
        connection.settimeout(self.caps.slice_s)
        try:
            return connection.recv(CHUNK)
        except TimeoutError:
            connections.close_all()
            return None
