"""Servers on this machine that answer an outbound request well or badly."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = "idp.example.test"
Peer = Callable[[socket.socket], None]


@contextmanager
def peer(talk: Peer, wrap: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that lets `talk` answer each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_one, args=(connection, talk, wrap), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _one(connection: socket.socket, talk: Peer, wrap: ssl.SSLContext | None) -> None:
    try:
        with wrap.wrap_socket(connection, server_side=True) if wrap else connection as ready:
            talk(ready)
    except OSError:
        connection.close()


def says(answer: bytes, heard: list[bytes] | None = None) -> Peer:
    def talk(connection: socket.socket) -> None:
        request = connection.recv(65536)
        if b"Content-Length" in request and request.endswith(b"\r\n\r\n"):
            request += connection.recv(65536)
        if heard is not None:
            heard.append(request)
        connection.sendall(answer)

    return talk


def drips(connection: socket.socket) -> None:
    """A header without end, one letter at a time."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(200):
        connection.sendall(b"a")
        time.sleep(0.05)


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of that name shows, and what trusts nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "pair.pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "pair.pem")
    return server, ssl.create_default_context(cadata=pem.decode())
