"""A real clamd with three signatures of its own, so that it starts in a second."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

PATH = "/usr/sbin:/usr/bin:/usr/local/sbin"
LONGEST_STREAM = 1 << 20
START_S = 30
# Made here, so that no scanner of the machine takes the repository for malware.
EICAR = b"X5O!P%@AP[4" + rb"\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURES = {
    "own.hdb": f"{md5(EICAR, usedforsecurity=False).hexdigest()}:68:Eicar-Test-Hash\n",
    "own.ndb": f"Eicar-Test-Body:0:*:{b'EICAR-STANDARD-ANTIVIRUS-TEST-FILE'.hex()}\n",
}


@dataclass(frozen=True)
class Clamd:
    """Its two addresses, as the setting takes them."""

    tcp: str
    unix: str


def program() -> str | None:
    return shutil.which("clamd", path=PATH)


@contextmanager
def running() -> Iterator[Clamd]:
    with tempfile.TemporaryDirectory(prefix="clamd") as name:
        folder, port = Path(name), _free_port()
        (folder / "db").mkdir()
        for file, line in SIGNATURES.items():
            (folder / "db" / file).write_text(line)
        settings = folder / "clamd.conf"
        settings.write_text(
            f"Foreground yes\nLocalSocket {folder}/s\nTCPSocket {port}\nTCPAddr 127.0.0.1\n"
            f"DatabaseDirectory {folder}/db\nStreamMaxLength {LONGEST_STREAM}\n"
            f"AlertExceedsMax yes\nMaxThreads 4\n"
        )
        process = subprocess.Popen(
            [str(program()), "-c", str(settings)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_it_listens(port, process)
            yield Clamd(f"tcp://127.0.0.1:{port}", f"unix:{folder}/s")
        finally:
            process.terminate()
            process.wait(START_S)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("clamd does not start")
