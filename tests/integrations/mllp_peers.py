"""Peers that break the MLLP rules, each for one connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def peer(
    behave: Callable[[socket.socket], None], wrap: ssl.SSLContext | None = None
) -> Iterator[int]:
    """The port of a server that does `behave` with its first connection, then closes it.

    With `wrap` it speaks TLS; a greeting that fails ends the connection.
    """
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection, _greeted(connection, wrap) as ready:
                behave(ready)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join(timeout=5)


def _greeted(connection: socket.socket, wrap: ssl.SSLContext | None) -> socket.socket:
    return wrap.wrap_socket(connection, server_side=True) if wrap else connection


@contextlib.contextmanager
def silent_peer(
    wrap: ssl.SSLContext | None = None, *, heard: list[bytes] | None = None
) -> Iterator[int]:
    """The port of a server that says nothing while it is called; with `heard` it listens."""
    is_over = threading.Event()

    def behave(connection: socket.socket) -> None:
        if heard is not None:
            heard.append(connection.recv(65536))
        is_over.wait(30)

    with peer(behave, wrap) as port:
        try:
            yield port
        finally:
            is_over.set()


def answering(
    reply: bytes, *, then_wait_s: float = 0.0, heard: list[bytes] | None = None
) -> Callable[[socket.socket], None]:
    """Reads something, writes `reply` and keeps the connection for a while."""

    def behave(connection: socket.socket) -> None:
        said = connection.recv(65536)
        if heard is not None:
            heard.append(said)
        connection.sendall(reply)
        time.sleep(then_wait_s)

    return behave


def dripping(piece: bytes, *, every_s: float) -> Callable[[socket.socket], None]:
    """Never silent, never done."""

    def behave(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece)
            time.sleep(every_s)

    return behave
