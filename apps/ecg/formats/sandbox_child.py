"""One file in one child: limits first, then the file, then what it holds, then the end."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from .archives import is_archive, members
from .canonical import DecodedEcg, Refused
from .sandbox_protocol import (
    ARCHIVE,
    MEMBER,
    RECORD,
    REQUEST_SIZE,
    RESULT,
    TO_UNPACK,
    Limits,
    frame_header,
    member_head,
    parse_request_header,
)
from .wire import Buffer, encoded_parts

Decode = Callable[[bytes, list[dict[str, Any]]], DecodedEcg]


def run_child(channel_fd: int, decode: Decode) -> NoReturn:
    """Reads a request, writes what comes of it, ends without running the server's clean-up."""
    code = 1
    try:
        channel = socket.socket(fileno=channel_fd)
        kind, limits, profiles, length = parse_request_header(_read(channel, REQUEST_SIZE))
        _limit(limits)
        known = json.loads(_read(channel, profiles))
        data = _read(channel, length)
        if kind == TO_UNPACK:
            _unpack(channel, data)
        else:
            _send(channel, RESULT, *_result(lambda: decode(data, known)))
        code = 0
    finally:
        os._exit(code)


def _send(channel: socket.socket, kind: bytes, *parts: Buffer) -> None:
    channel.sendall(frame_header(kind, sum(map(len, parts))))
    for part in parts:
        channel.sendall(part)


def _unpack(channel: socket.socket, data: bytes) -> None:
    """What kind of ZIP it is, its members one after another, and a result that is empty or why
    none of them counts."""

    def told() -> None:
        if not is_archive(data):
            _send(channel, RECORD)
            return
        _send(channel, ARCHIVE)
        for member in members(data):
            _send(channel, MEMBER, member_head(member.name), member.content)

    _send(channel, RESULT, *_result(told))


def _result(work: Callable[[], DecodedEcg | None]) -> list[Buffer]:
    try:
        found = work()
        return [] if found is None else encoded_parts(found)
    except Refused as refused:
        return encoded_parts(refused)
    except MemoryError:
        return encoded_parts(Refused("decoder-memory", "The file needs more memory than allowed."))


def _limit(limits: Limits) -> None:
    signal.setitimer(signal.ITIMER_REAL, limits.alarm_s)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    # The soft limit ends it with SIGXCPU, the hard one with SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _read(channel: socket.socket, length: int) -> bytes:
    parts = []
    while length:
        got = channel.recv(length, socket.MSG_WAITALL)
        if not got:
            raise EOFError
        parts.append(got)
        length -= len(got)
    return b"".join(parts)  # of one part it is that part, not a copy
