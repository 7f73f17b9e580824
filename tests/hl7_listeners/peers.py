"""Listeners at work, and systems that send to them."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from apps.integrations.mllp.connection import Caps
from apps.integrations.mllp.frames import Frames, framed
from apps.integrations.mllp.listeners import Listeners
from apps.tenants.inbound import set_listener
from tests.factories import inside

PATIENCE_S = 30
QUICK = Caps(greeting_s=5, frame_s=20, idle_s=20, look_s=0.1, slice_s=0.05)
HERE = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def listener(organization, port=None, **fields):
    """A listener of the organization, to which this machine may send."""
    given = {"host": HERE, "peers": HERE, "port": port or free_port()} | fields
    with inside(organization):
        return set_listener(organization, given.pop("name", "Orders"), **given)


class Opened:
    """Ports as they are opened."""

    def __init__(self) -> None:
        self._said: queue.Queue[tuple[int, bool]] = queue.Queue()

    def say(self, place, is_tls) -> None:
        self._said.put((place.port, is_tls))

    def next(self) -> tuple[int, bool]:
        return self._said.get(timeout=PATIENCE_S)


@contextmanager
def listening(caps: Caps = QUICK, tls=None, ports: int = 1) -> Iterator[Opened]:
    """All listeners there are, once so many are open; ended with every message answered."""
    stop, opened = threading.Event(), Opened()
    work = Listeners(caps=caps, tls=tls, say=opened.say)
    thread = threading.Thread(target=work.serve, args=(stop,), daemon=True)
    thread.start()
    try:
        for _ in range(ports):
            opened.next()
        yield opened
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


class System:
    """One that sends messages, on one connection."""

    def __init__(self, port: int, *, source: str = HERE, wrap=None) -> None:
        self.connection = socket.create_connection((HERE, port), PATIENCE_S, (source, 0))
        if wrap is not None:
            self.connection = wrap.wrap_socket(self.connection, server_hostname=HERE)
        self._frames, self._whole = Frames(1 << 20), list[bytes]()

    def __enter__(self) -> System:
        return self

    def __exit__(self, *_) -> None:
        self.connection.close()

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hear(self) -> bytes:
        """The next answer; nothing where the connection was ended."""
        while not self._whole:
            try:
                data = self.connection.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return b""
            self._whole += self._frames.feed(data)
        return self._whole.pop(0)

    def ask(self, message: bytes) -> bytes:
        self.say(framed(message))
        return self.hear()


def told(port: int, message: bytes, **given) -> bytes:
    with System(port, **given) as system:
        return system.ask(message)


def said(ack: bytes) -> tuple[str, str, str]:
    """MSA-1, MSA-2 and the field that ERR-2 names."""
    segments = [line.split("|") for line in ack.decode().split("\r") if line]
    found = {one[0]: one for one in segments}
    place = found["ERR"][2].split("^") if "ERR" in found else []
    return found["MSA"][1], (found["MSA"] + [""])[2], "-".join(place[::2])
