"""MLLP client: one message out, one reply back, on one connection (HL7 v2 transport, MLLP 1).

By TLS, or in the clear where the organization says that the network between is private. Errors
carry a code only. After the first byte is sent the outcome is unknown until the reply is here,
so every later failure is retryable and the receiver recognises the control id.
"""

from __future__ import annotations

import socket
import ssl
import time

from django.conf import settings

from apps.core import egress
from apps.core.errors import PermanentError, RetryableError
from apps.integrations.destinations.mllp.tls import (
    Tls,
    context_of,
    fault_in_greeting,
    refusal_of_ours,
)

START = b"\x0b"
END = b"\x1c\x0d"
MAX_WAIT_S = 30.0
LAST_WORD_S = 0.2
MAX_REPLY_BYTES = 64 * 1024


def send(host: str, port: int, message: bytes, *, timeout_s: float, tls: Tls | None) -> bytes:
    """The payload of the first whole reply frame, all within `timeout_s` (30 s at most).

    With `tls` nothing of the message leaves before the receiver has proven who it is.
    """
    if not message or START in message or END[:1] in message:
        raise PermanentError("mllp_message_unframeable")
    deadline = time.monotonic() + min(timeout_s, MAX_WAIT_S)
    context = None if tls is None else (context_of(tls), tls.name)
    with _connect(host, port, deadline) as raw, _greeted(raw, context, deadline) as connection:
        try:
            _write(connection, START + message + END, deadline)
            return _reply(connection, deadline)
        except TimeoutError:
            raise RetryableError("mllp_reply_timeout") from None
        except OSError as error:
            code = refusal_of_ours(error) or _last_word(connection) or "mllp_connection_lost"
            raise RetryableError(code) from None


def _greeted(
    raw: socket.socket, context: tuple[ssl.SSLContext, str] | None, deadline: float
) -> socket.socket:
    """The connection to write to: the same, or what TLS makes of it."""
    if context is None:
        return raw
    wrapper, name = context
    try:
        raw.settimeout(_left(deadline))
        return wrapper.wrap_socket(raw, server_hostname=name)
    except OSError as error:
        raise RetryableError(fault_in_greeting(error)) from None


def _last_word(connection: socket.socket) -> str:
    """Why a receiver hung up before it had read: over TLS 1.3 that lies unread (RFC 8446 4.4.2)."""
    try:
        connection.settimeout(LAST_WORD_S)
        connection.recv(1)
    except OSError as error:
        return refusal_of_ours(error)
    return ""


def _write(connection: socket.socket, data: bytes, deadline: float) -> None:
    """Piece by piece: over TLS `sendall` would wait anew for each."""
    left = memoryview(data)
    while left:
        connection.settimeout(_left(deadline))
        left = left[connection.send(left) :]


def _connect(host: str, port: int, deadline: float) -> socket.socket:
    failure = "mllp_host_unresolved"
    for address in _addresses(host, port):
        try:
            return socket.create_connection(address, timeout=_left(deadline))
        except TimeoutError:
            raise RetryableError("mllp_connect_timeout") from None
        except ConnectionRefusedError:
            failure = "mllp_connection_refused"
        except OSError:
            failure = "mllp_unreachable"
    raise RetryableError(failure)


def _addresses(host: str, port: int) -> list[tuple[str, int]]:
    if not host or not 0 < port < 65536:
        raise PermanentError("mllp_destination_invalid")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is no host name
        raise PermanentError("mllp_destination_invalid") from None
    except OSError:
        raise RetryableError("mllp_host_unresolved") from None
    addresses = [str(address[0]) for *_, address in found]
    if not all(may_be_sent_to(address) for address in addresses):
        raise PermanentError("mllp_address_not_allowed")
    return [(address, port) for address in addresses]


def may_be_sent_to(address: str) -> bool:
    """Only networks that are named for it; this machine in the demo only."""
    networks = settings.MLLP_NETWORKS
    return egress.is_in_networks(address, networks, loopback=settings.DEMO)


def _reply(connection: socket.socket, deadline: float) -> bytes:
    received = bytearray()
    while len(received) <= MAX_REPLY_BYTES:
        connection.settimeout(_left(deadline))
        chunk = connection.recv(8192)
        if not chunk:
            raise RetryableError("mllp_reply_incomplete")
        searched = max(len(received) - 1, 0)
        received += chunk
        frame = _frame(received, searched)
        if frame is not None:
            return frame
    raise RetryableError("mllp_reply_too_large")


def _frame(received: bytearray, searched: int) -> bytes | None:
    """The first whole frame; bytes outside and a frame cut off by a new start are skipped."""
    end = received.find(END, searched)
    while end >= 0:
        start = received.rfind(START, 0, end)
        if start >= 0:
            return bytes(received[start + 1 : end])
        end = received.find(END, end + len(END))
    return None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
