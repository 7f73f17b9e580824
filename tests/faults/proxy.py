"""Between the application and PostgreSQL: passes everything on until a COMMIT was answered."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.db import connections

CHUNK = 1 << 16
LOOK_S = 0.05


@contextmanager
def losing_the_commit(*, after: str) -> Iterator[None]:
    """The first COMMIT that follows a statement is carried out, and its answer never arrives.

    Holds for this thread's connection as the application. Raises AssertionError where no such
    COMMIT came by.
    """
    settings = connections["default"].settings_dict
    host, port = settings["HOST"], settings["PORT"]
    proxy = Proxy((host or "127.0.0.1", int(port)), after.encode())
    connections["default"].close()
    settings["HOST"], settings["PORT"] = proxy.start()
    try:
        yield
    finally:
        connections["default"].close()
        settings["HOST"], settings["PORT"] = host, port
        proxy.stop()
    assert proxy.lost, f"no COMMIT after {after}"


@dataclass
class Proxy:
    server: tuple[str, int]
    after: bytes
    lost: bool = False
    _seen: bool = False
    _listener: socket.socket = field(init=False)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> tuple[str, int]:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(LOOK_S)
        self._begin(self._take)
        host, port = self._listener.getsockname()
        return str(host), int(port)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
        self._listener.close()

    def _begin(self, work, *given: object) -> None:  # type: ignore[no-untyped-def]
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _take(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                client, _ = self._listener.accept()
                self._begin(self._carry, client)

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(self.server) as server:
            while not self._stop.is_set():
                for one in select.select([client, server], [], [], LOOK_S)[0]:
                    data = one.recv(CHUNK)
                    if not data:
                        return
                    if one is client and self._is_the_commit(data):
                        server.sendall(data)
                        server.recv(CHUNK)
                        self.lost = True
                        return
                    (server if one is client else client).sendall(data)

    def _is_the_commit(self, data: bytes) -> bool:
        self._seen = self._seen or self.after in data
        return self._seen and not self.lost and b"COMMIT" in data
