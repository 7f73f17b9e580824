"""Decoding in a process that may die: one limited fork of a warm server for each file.

The server is a fresh interpreter without Django, secrets, files or network; it lives as long as
the process that started it. Nothing but `wire` bytes comes back.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import MAX_FILE_BYTES
from .canonical import DecodedEcg, Refused
from .sandbox_protocol import (
    LIMITS,
    MAX_RESULT_BYTES,
    RESULT,
    STATUS,
    TO_DECODE,
    Limits,
    frame_header,
    parse_frame_header,
    request,
)
from .wire import WireError, decode_wire

__all__ = ["LIMITS", "DecoderUnavailable", "Limits", "Sandbox", "decode_limited"]

ROOT = Path(__file__).resolve().parents[3]
DECODE = "apps.ecg.formats:decode"
# Libraries load these where they are installed; decoding calls neither, and would have a way to
# the network and memory that every fork carries along. To Python, None is a package not there.
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); sys.modules.update(requests=None, PIL=None); "
    "from apps.ecg.formats.sandbox_server import serve; serve(int(sys.argv[2]), sys.argv[3])"
)


class DecoderUnavailable(RuntimeError):
    """The decoder process cannot be started or reached; says nothing about the file."""


class Died(Exception):
    """The child ended without a result."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Lost(Exception):
    """The server went away, whatever the file was."""


_REASONS = {
    "decoder-timeout": "The file took too long to read.",
    "decoder-cpu": "The file took too much computing to read.",
    "decoder-memory": "The file needs more memory than allowed.",
    "decoder-killed": "The file brought its decoder down.",
}


class Sandbox:
    """A warm fork server of decoders and unpackers; safe to use from threads and after fork."""

    def __init__(self, target: str = DECODE) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self._forget)

    def decode(
        self, data: bytes, limits: Limits = LIMITS, *, profiles: Sequence[dict[str, Any]] = ()
    ) -> DecodedEcg:
        """The decoded file. Raises Refused, or DecoderUnavailable."""
        if len(data) > MAX_FILE_BYTES:
            raise Refused("too-large", f"The file is larger than {MAX_FILE_BYTES >> 20} MB.")
        known = json.dumps(list(profiles)).encode()
        try:
            with self.asking(request(TO_DECODE, data, known, limits), limits) as talk:
                kind, body = talk.hear()
                return decode_wire(body if kind == RESULT else b"")
        except WireError:
            raise Refused("decoder-killed", _REASONS["decoder-killed"]) from None

    @contextlib.contextmanager
    def asking(self, message: bytes, limits: Limits) -> Iterator[Talk]:
        """One child, asked once; leaving ends it. Raises Refused, or DecoderUnavailable."""
        channel, control = self._open_request()
        try:
            with channel:
                talk = Talk(channel, limits)
                talk.say(message)
                yield talk
        except _Lost:
            self._discard(control)
            raise DecoderUnavailable("decoder process went away") from None
        except Died as died:
            raise Refused(died.code, _REASONS[died.code]) from None

    def close(self) -> None:
        """Ends the server; the next file starts a new one."""
        self._discard(self._control)

    def _discard(self, control: socket.socket | None) -> None:
        """Ends this server, unless another thread has replaced it already."""
        with self._lock:
            if control is None or control is not self._control:
                return
            control.close()
            if self._process is not None:
                _wait(self._process)
            self._control = self._process = None

    def _forget(self) -> None:
        """In a forked child: the server belongs to the parent."""
        self._lock = threading.Lock()
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.returncode = 0  # it is not this process's to wait for
        self._control = self._process = None

    def _open_request(self) -> tuple[socket.socket, socket.socket]:
        """Our end of a channel whose other end the server has received, and its control."""
        ours, theirs = socket.socketpair()
        with theirs:
            for _ in range(2):
                with self._lock:
                    control = self._started()
                    with contextlib.suppress(OSError):
                        socket.send_fds(control, [b"r"], [theirs.fileno()])
                        return ours, control
                self._discard(control)
        ours.close()
        raise DecoderUnavailable("decoder process cannot be reached")

    def _started(self) -> socket.socket:
        if self._control is not None:
            return self._control
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 — our own interpreter, fixed arguments
                [sys.executable, "-I", "-c", _BOOT, str(ROOT), str(theirs.fileno()), self._target],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"},
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control = ours
        return ours


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Talk:
    """A child that was asked: what it says, each time within the wall clock of its limits.

    Leaving closes the channel, which makes the server kill a child that still runs.
    """

    def __init__(self, channel: socket.socket, limits: Limits) -> None:
        self._channel = channel
        self._wall_s = limits.wall_s
        self._deadline = time.monotonic() + limits.wall_s

    def say(self, message: bytes) -> None:
        """What cannot be sent is told by what is heard."""
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._channel.settimeout(_remaining(self._deadline))
                self._channel.sendall(message)
        except TimeoutError:
            raise Died("decoder-timeout") from None

    def hear(self) -> tuple[bytes, bytes]:
        """Kind and body of the next frame. Raises Died."""
        try:
            kind, body = _frame(self._channel, self._deadline)
        except TimeoutError:
            raise Died("decoder-timeout") from None
        except ConnectionResetError:
            raise _Lost from None
        if kind == STATUS:
            code = body.decode("ascii", "replace")
            raise Died(code if code in _REASONS else "decoder-killed")
        self._deadline = time.monotonic() + self._wall_s
        return kind, body


def _frame(channel: socket.socket, deadline: float) -> tuple[bytes, bytes]:
    kind, length = parse_frame_header(_receive(channel, len(frame_header(RESULT, 0)), deadline))
    if length > MAX_RESULT_BYTES:
        raise Died("decoder-killed")
    return kind, _receive(channel, length, deadline)


def _receive(channel: socket.socket, length: int, deadline: float) -> bytes:
    buffer = bytearray(length)
    view, at = memoryview(buffer), 0
    while at < length:
        channel.settimeout(_remaining(deadline))
        got = channel.recv_into(view[at:])
        if not got:
            # The server reports every death, so silence is its own.
            raise Died("decoder-killed") if at else _Lost
        at += got
    return bytes(buffer)


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


default = Sandbox()


def decode_limited(
    data: bytes, limits: Limits = LIMITS, *, profiles: Sequence[dict[str, Any]] = ()
) -> DecodedEcg:
    """`decode` in a limited child process. Raises Refused, or DecoderUnavailable."""
    return default.decode(data, limits, profiles=profiles)
