"""A proxy before the file server that cuts connections and refuses new ones."""

from __future__ import annotations

import contextlib
import socket
import threading


class Proxy:
    def __init__(self, to: int) -> None:
        self.to = to
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.is_open = True
        # Bytes of the server that still pass; None is any number.
        self.left: int | None = None
        self.passed = bytearray()
        self.held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Every connection ends now."""
        for one in self.held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def refuse(self) -> None:
        self.is_open = False
        self.cut()

    def admit(self) -> None:
        self.is_open, self.left = True, None

    def close(self) -> None:
        self.refuse()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in self.held:
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if not self.is_open:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(("127.0.0.1", self.to))
                except OSError:  # it is switched off: the next caller is answered again
                    client.close()
                    continue
                self.held += [client, server]
                for ends in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self.left is not None:
                    self.left -= len(data)
                    if self.left < 0:
                        break
                self.passed += data
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
