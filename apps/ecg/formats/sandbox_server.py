"""The fork server: imports the decoder once, then forks for each request and reports deaths.

Ends when its caller does. A caller that hangs up on a request gets its child killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
from typing import NoReturn

from .sandbox_child import Decode, run_child
from .sandbox_protocol import STATUS, frame_header

LARGE_ARRAY = 16 << 20
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CODES: dict[int, str] = {signal.SIGXCPU: "decoder-cpu", signal.SIGALRM: "decoder-timeout"}


def serve(control_fd: int, target: str) -> NoReturn:
    """Serves requests on an inherited socket until its other end closes."""
    _leave_network()
    module, _, name = target.partition(":")
    decode: Decode = getattr(importlib.import_module(module), name)
    importlib.import_module("numpy.ma")  # numpy loads it late; once here, not in every child
    # Freed once, it makes glibc take arrays up to its size from the heap, which a child reuses,
    # where it would have the kernel map and clear fresh pages for each.
    bytearray(LARGE_ARRAY)
    # A collection in a child would touch, and so copy, every page it shares with the server.
    gc.disable()
    gc.freeze()
    _Server(socket.socket(fileno=control_fd), decode).run()


def _leave_network() -> None:
    """An empty network namespace, where the kernel allows one."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


class _Server:
    def __init__(self, control: socket.socket, decode: Decode) -> None:
        self.control = control
        self.decode = decode
        self.requests: dict[int, socket.socket] = {}  # by child pid
        self.wake_r, self.wake_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake_w, warn_on_full_buffer=False)

    def run(self) -> NoReturn:
        while True:
            poll = select.poll()
            poll.register(self.control, select.POLLIN)
            poll.register(self.wake_r, select.POLLIN)
            for channel in self.requests.values():
                poll.register(channel, 0)  # only hang-ups
            ready = {fd for fd, _ in poll.poll()}
            self._kill_abandoned(ready)
            if self.wake_r in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.wake_r, 4096)
            self._reap()
            if self.control.fileno() in ready:
                self._accept()

    def _accept(self) -> None:
        message, fds, _, _ = socket.recv_fds(self.control, 1, 1)
        if not message:
            self._stop()
        for fd in fds:
            channel = socket.socket(fileno=fd)
            pid = os.fork()
            if pid == 0:
                self._become_child(channel)
            self.requests[pid] = channel

    def _become_child(self, channel: socket.socket) -> NoReturn:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(channel.fileno(), 3)
        os.closerange(4, 1 << 16)
        run_child(3, self.decode)

    def _kill_abandoned(self, ready: set[int]) -> None:
        for pid, channel in self.requests.items():
            if channel.fileno() in ready:
                os.kill(pid, signal.SIGKILL)  # not reaped yet, so the pid is still its own

    def _reap(self) -> None:
        while self.requests:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self.requests.pop(pid) as channel:
                # After a result nobody reads this any more.
                number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
                self._report(channel, _CODES.get(number, "decoder-killed").encode())

    def _report(self, channel: socket.socket, code: bytes) -> None:
        with contextlib.suppress(OSError):
            channel.setblocking(False)
            channel.send(frame_header(STATUS, len(code)) + code)

    def _stop(self) -> NoReturn:
        for pid in self.requests:
            os.kill(pid, signal.SIGKILL)
        sys.exit(0)
