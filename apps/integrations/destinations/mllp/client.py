"""MLLP client: one message out, one reply back, on one connection (HL7 v2 transport, MLLP 1).

Errors carry a code only. After the first byte is sent the outcome is unknown until the reply
is here, so every later failure is retryable and the receiver recognises the control id.
"""

from __future__ import annotations

import socket
import time

from django.conf import settings

from apps.core import egress
from apps.core.errors import PermanentError, RetryableError

START = b"\x0b"
END = b"\x1c\x0d"
MAX_WAIT_S = 30.0
MAX_REPLY_BYTES = 64 * 1024


def send(host: str, port: int, message: bytes, *, timeout_s: float) -> bytes:
    """The payload of the first whole reply frame, all within `timeout_s` (30 s at most)."""
    if not message or START in message or END[:1] in message:
        raise PermanentError("mllp_message_unframeable")
    deadline = time.monotonic() + min(timeout_s, MAX_WAIT_S)
    with _connect(host, port, deadline) as connection:
        try:
            connection.settimeout(_left(deadline))
            connection.sendall(START + message + END)
            return _reply(connection, deadline)
        except TimeoutError:
            raise RetryableError("mllp_reply_timeout") from None
        except OSError:
            raise RetryableError("mllp_connection_lost") from None


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
