"""One file in one child: limits first, then the file, then the result, then the end."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from .canonical import DecodedEcg, Refused
from .sandbox_protocol import (
    REQUEST_SIZE,
    RESULT,
    Limits,
    frame_header,
    parse_request_header,
)
from .wire import encode

Decode = Callable[[bytes, list[dict[str, Any]]], DecodedEcg]


def run_child(channel_fd: int, decode: Decode) -> NoReturn:
    """Reads a request, writes a result frame, ends without running the server's clean-up."""
    code = 1
    try:
        channel = socket.socket(fileno=channel_fd)
        limits, profiles, length = parse_request_header(_read(channel, REQUEST_SIZE))
        _limit(limits)
        known = json.loads(_read(channel, profiles))
        result = _result(decode, _read(channel, length), known)
        channel.sendall(frame_header(RESULT, len(result)))
        channel.sendall(result)
        code = 0
    finally:
        os._exit(code)


def _result(decode: Decode, data: bytes, profiles: list[dict[str, Any]]) -> bytes:
    try:
        return encode(decode(data, profiles))
    except Refused as refused:
        return encode(refused)
    except MemoryError:
        return encode(Refused("decoder-memory", "The file needs more memory than allowed."))


def _limit(limits: Limits) -> None:
    signal.setitimer(signal.ITIMER_REAL, limits.alarm_s)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    # The soft limit ends it with SIGXCPU, the hard one with SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _read(channel: socket.socket, length: int) -> bytes:
    buffer = bytearray(length)
    view, at = memoryview(buffer), 0
    while at < length:
        got = channel.recv_into(view[at:])
        if not got:
            raise EOFError
        at += got
    return bytes(buffer)
