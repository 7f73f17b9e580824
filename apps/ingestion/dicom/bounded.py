"""What pynetdicom leaves to the peer, bounded: lengths, slowness, sizes, how many at once.

The library believes a PDU's stated length, waits for it without end, gathers messages of any size
and shakes hands by TLS before it takes the next connection.
"""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

import structlog
from pynetdicom import AE, _config
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.transport import (
    AssociationSocket,
    RequestHandler,
    ThreadedAssociationServer,
)

LONGEST_PDU = 1 << 20
LONGEST_COMMAND = 1 << 16
CHUNK = 1 << 16
# One message is worked on at a time (PS3.7 D.3.3.3 is not negotiated); more is a flood.
MOST_WAITING = 2

log = structlog.get_logger(__name__)

# Its own log would print what messages hold.
_config.LOG_HANDLER_LEVEL = "none"


@dataclass(frozen=True, slots=True)
class Caps:
    """Sizes in bytes, durations in seconds."""

    pdu: int = 1 << 18
    object: int = 32 << 20
    associations: int = 32
    associations_of_one: int = 8
    # From the connection to the request; one PDU from its first byte to its last; idle.
    request_s: float = 10
    pdu_s: float = 30
    idle_s: float = 60


class Overfull(BytesIO):
    """Takes the place of an object that is larger than any may be: what comes is let go."""

    def write(self, data: Any) -> int:
        return len(data)


class Messages(DIMSEServiceProvider):
    """Gathers no message larger than the caps."""

    caps = Caps()

    def receive_primitive(self, primitive: Any) -> None:
        if self.msg_queue.qsize() > MOST_WAITING:
            self.dul.event_queue.put("Evt19")
            return
        super().receive_primitive(primitive)
        message = self.message
        if message is None:
            return
        if message.encoded_command_set.tell() > LONGEST_COMMAND:
            self.dul.event_queue.put("Evt19")
        elif isinstance(message.data_set, BytesIO) and message.data_set.tell() > self.caps.object:
            message.data_set = Overfull()


def read(connection: AssociationSocket, count: int, *, seconds: float) -> bytearray:
    """As the library's own, but of a length that may be, and done within the time."""
    if count > LONGEST_PDU:
        raise ConnectionAbortedError
    raw, deadline = connection.socket, time.monotonic() + seconds
    assert raw is not None
    got = bytearray()
    while len(got) < count:
        raw.settimeout(max(0.001, deadline - time.monotonic()))
        chunk = raw.recv(min(CHUNK, count - len(got)))
        if not chunk:
            break
        got += chunk
    raw.settimeout(seconds)
    return got


def bind(association: Association, connection: AssociationSocket, caps: Caps) -> None:
    """Put the caps on an association that has not begun."""
    connection.recv = partial(read, connection, seconds=caps.pdu_s)  # type: ignore[method-assign]
    association.dimse = Messages(association)
    association.dimse.caps = caps


class Handler(RequestHandler):
    server: Server

    def _create_association(self) -> Association:
        association = super()._create_association()
        connection = association.dul.socket
        assert connection is not None
        bind(association, connection, self.server.caps)
        return association


class Outgoing(AssociationSocket):
    def _shutdown_socket(self) -> None:
        """The library leaves one open that never was connected."""
        raw = self.socket
        super()._shutdown_socket()
        if raw is not None:
            raw.close()


class Calling(AE):
    """An entity that calls peers, under the same caps."""

    def __init__(self, title: str, caps: Caps) -> None:
        super().__init__(title)
        self.caps = caps
        self.acse_timeout = self.dimse_timeout = self.network_timeout = caps.pdu_s
        self.connection_timeout = caps.request_s

    def _create_socket(
        self, assoc: Association, address: Any, tls_args: tuple[ssl.SSLContext, str] | None
    ) -> AssociationSocket:
        connection = Outgoing(assoc, address=address)
        connection.tls_args = tls_args
        bind(assoc, connection, self.caps)
        return connection


class Server(ThreadedAssociationServer):
    """One listener; each connection has a thread of its own from the first byte."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *args: Any, caps: Caps) -> None:
        self.caps = caps
        self._opening = threading.BoundedSemaphore(2 * caps.associations)
        super().__init__(*args, request_handler=Handler)  # type: ignore[misc]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = self.socket.accept()  # type: ignore[union-attr]
        connection.settimeout(self.caps.request_s)
        return connection, address

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Who only connects takes no more room than those who are talking."""
        has_room = len(self.active_associations) < 2 * self.caps.associations
        return has_room and self._opening.acquire(blocking=False)

    def finish_request(self, request: Any, client_address: Any) -> None:
        try:
            if self.ssl_context is not None:
                request = self.ssl_context.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
        finally:
            self._opening.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A handshake that failed, a peer that left: its class, never its words."""
        log.warning("connection.failed", error_class=type(sys.exception()).__name__)


def certificate_of(association: Association) -> bytes | None:
    """The certificate that the peer showed and the listener's authority signed; DER."""
    connection = association.dul.socket
    raw = None if connection is None else connection.socket
    return raw.getpeercert(binary_form=True) if isinstance(raw, ssl.SSLSocket) else None
