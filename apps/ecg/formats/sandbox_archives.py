"""Unpacking in a process that may die, as decoding: the list and every member come from a child."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .archives import MAX_ENTRIES, Member
from .sandbox import Died, Sandbox, Talk, default
from .sandbox_protocol import (
    ARCHIVE,
    LIMITS,
    MAX_RESULT_BYTES,
    MEMBER,
    RECORD,
    RESULT,
    TO_UNPACK,
    Limits,
    parse_member,
    request,
)
from .wire import WireError, decode_wire

# Members are stored one by one while the child waits.
WALL_S = 240.0


@contextlib.contextmanager
def unpacking(data: bytes, sandbox: Sandbox = default) -> Iterator[Iterator[Member] | None]:
    """What a ZIP holds, one member at a time; None where all of it is one recording.

    The members count once all of them came. Raises Refused beyond the caps, for a child that died
    as well, and DecoderUnavailable.
    """
    # What a file may make of itself; its own bytes, held twice on the way in, come on top.
    memory = LIMITS.memory_bytes + 2 * len(data)
    limits = Limits(memory, LIMITS.cpu_s, WALL_S)
    with sandbox.asking(request(TO_UNPACK, data, b"[]", limits), limits) as talk:
        kind, body = talk.hear()
        if kind == RESULT:
            _ended(body)
        if kind not in (ARCHIVE, RECORD):
            raise Died("decoder-killed")
        yield None if kind == RECORD else _members(talk)


def _members(talk: Talk) -> Iterator[Member]:
    """A child that hostile input took over is believed no more than the caps allow."""
    count = size = 0
    while True:
        kind, body = talk.hear()
        if kind == RESULT:
            _ended(body)
            return
        count, size = count + 1, size + len(body)
        if kind != MEMBER or count > MAX_ENTRIES or size > MAX_RESULT_BYTES:
            raise Died("decoder-killed")
        try:
            yield Member(*parse_member(body))
        except ValueError:
            raise Died("decoder-killed") from None


def _ended(body: bytes) -> None:
    """Raises Refused where the child says so."""
    if not body:
        return
    with contextlib.suppress(WireError):
        decode_wire(body)
    raise Died("decoder-killed")
