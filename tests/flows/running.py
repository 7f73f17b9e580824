"""The platform's own processes on the test database: web server, workers, sweeper."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from deploy.embedded.run import web_server
from tests.database import database_environment

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
STOPPING_S = 20.0


@dataclass(frozen=True, slots=True)
class Platform:
    url: str
    folder: Path

    def logged(self) -> str:
        """Everything that any of the processes wrote."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


@contextmanager
def running_platform(folder: Path) -> Iterator[Platform]:
    """Up and answering; every process is gone at the end."""
    folder.mkdir()
    port = _free_port()
    platform = Platform(f"http://127.0.0.1:{port}", folder)
    commands = {
        "web": web_server(port),
        "workers": ["manage.py", "qcluster"],
        "sweeper": ["manage.py", "sweep"],
    }
    processes = [_start(name, command, folder) for name, command in commands.items()]
    try:
        _wait_for(platform)
        yield platform
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _end(process)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _start(name: str, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        **database_environment(),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "EINTHOVEN_BLOB_ROOT": str(settings.BLOB_ROOT),
        "EINTHOVEN_QUEUE_STATUS_FILE": str(folder / "queue.json"),
        "EINTHOVEN_WORKERS": "1",
        "EINTHOVEN_SWEEP_SECONDS": "1",
    }
    with open(folder / f"{name}.log", "wb") as log:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_for(platform: Platform) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not _answers(platform.url):
        if time.monotonic() > deadline:
            raise AssertionError(f"the web server does not answer:\n{platform.logged()[-3000:]}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of its group is left, not even a worker that hangs."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=STOPPING_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
