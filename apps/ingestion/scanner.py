"""The way to the malware scanner: ClamAV's clamd, asked over TCP or a Unix socket (INSTREAM)."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_S, ANSWER_S = 3.0, 60.0
CHUNK = 1 << 16
MOST_ANSWER = 4096
# What clamd says of a stream beyond its StreamMaxLength, and of content beyond its other limits.
TOO_LONG, BEYOND_LIMITS = "size limit exceeded", "Heuristics.Limits.Exceeded"


class ScannerDown(Exception):
    """No answer, or none that the protocol knows; says nothing about the file."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner says of a file: `signature` names what was found, empty where nothing."""

    engine: str
    signature: str = ""
    too_large: bool = False


def is_configured() -> bool:
    return bool(settings.CLAMD)


def scan(chunks: Iterable[bytes]) -> Verdict:
    """The verdict on a file, with engine and version of signatures. Raises ScannerDown."""
    engine = _ask(b"zVERSION\0", ())
    if not engine.startswith("ClamAV"):
        raise ScannerDown
    return _verdict(engine[:128], _ask(b"zINSTREAM\0", chunks))


def _verdict(engine: str, answer: str) -> Verdict:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict(engine)
    if TOO_LONG in said or said.startswith(BEYOND_LIMITS):
        return Verdict(engine, too_large=True)
    name, _, ending = said.rpartition(" ")
    if ending != "FOUND" or not name:
        raise ScannerDown
    return Verdict(engine, name[:128])


def _ask(command: bytes, chunks: Iterable[bytes]) -> str:
    try:
        with _connected() as peer:
            peer.sendall(command)
            if command == b"zINSTREAM\0":
                # It may answer and hang up before the end: the answer is what counts.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    _stream(peer, chunks)
            return _answer(peer)
    except OSError:
        raise ScannerDown from None


def _stream(peer: socket.socket, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        for at in range(0, len(chunk), CHUNK):
            if select.select([peer], [], [], 0)[0]:
                return
            part = chunk[at : at + CHUNK]
            peer.sendall(struct.pack(">I", len(part)) + part)
    peer.sendall(struct.pack(">I", 0))


def _answer(peer: socket.socket) -> str:
    """Up to the zero byte that ends it; half an answer is none."""
    found = bytearray()
    while b"\0" not in found:
        part = peer.recv(MOST_ANSWER)
        if not part or len(found) > MOST_ANSWER:
            raise ScannerDown
        found += part
    return found.partition(b"\0")[0].decode("ascii", "replace").strip()


def _connected() -> socket.socket:
    """A connection to the address of the settings, whose form was checked at the start."""
    parts = urlsplit(settings.CLAMD)
    if parts.scheme == "tcp":
        peer = socket.create_connection((parts.hostname or "", parts.port or 0), CONNECT_S)
    else:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(CONNECT_S)
        try:
            peer.connect(parts.path)
        except OSError:
            peer.close()
            raise
    peer.settimeout(ANSWER_S)
    return peer
