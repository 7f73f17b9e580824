"""A decoder that does what its input says, for tests of the sandbox."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path

from apps.ecg.formats.canonical import DecodedEcg, Refused

UNWANTED = ("django", "psycopg", "pytest", "requests", "urllib3", "PIL")


def decode(data: bytes, _profiles: object = ()) -> DecodedEcg:
    command = data.decode()
    if command == "memory":
        bytearray(900 << 20)
    elif command == "cpu":
        while True:
            pass
    elif command == "hang":
        time.sleep(60)
    elif command == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif command == "exit":
        os._exit(0)
    elif command == "raise":
        raise KeyError("Clark, 1953")
    elif command == "lie":
        os.write(3, b"R\xff\xff\xff\xff")
    raise Refused("report", REPORTS.get(command, lambda: command)())


def _network() -> str:
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1).close()
    except OSError as error:
        return type(error).__name__
    return "connected"


def _write() -> str:
    try:
        with open("/tmp/einthoven-sandbox-test", "wb") as file:
            file.write(b"x")
            file.flush()
    except OSError:
        return "refused"
    return "written"


def _target(path: Path) -> str:
    """What an open file is; empty for the one that lists them."""
    try:
        return str(path.readlink()).split(":")[0]
    except FileNotFoundError:
        return ""


REPORTS = {
    "modules": lambda: " ".join(name for name in UNWANTED if sys.modules.get(name)),
    "environment": lambda: " ".join(sorted(os.environ)),
    "files": lambda: " ".join(sorted(_target(path) for path in Path("/proc/self/fd").iterdir())),
    "threads": lambda: str(len(list(Path("/proc/self/task").iterdir()))),
    "network": _network,
    "write": _write,
    "pid": lambda: f"{os.getpid()} {os.getppid()}",
}
