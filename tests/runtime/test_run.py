"""The runner, with a stand-in for the product: starts, refuses, stops, recovers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from deploy.embedded.accounts import PROJECT
from deploy.embedded.ports import free_port
from tests.runtime.test_service import eventually
from tests.runtime.test_shell import servers

READY_S = 60
# An outer `make` would hand its own PORT and VAR down.
ENVIRONMENT = {"PATH": os.environ["PATH"]}
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def project(folder: Path) -> Path:
    for name in ("deploy", "Makefile"):
        source = PROJECT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    shutil.copy(Path(__file__).parent / "standin" / "manage.py", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    files = {
        "config/__init__.py": "",
        "config/gunicorn.py": (PROJECT / "config/gunicorn.py").read_text(),
        "config/wsgi.py": "def application(e, start): start('200 OK', []); return [b'up']",
        "apps/core/wedged.py": (PROJECT / "apps/core/wedged.py").read_text(),
        "simulators/ehr.py": "import time; time.sleep(600)",
        "simulators/idp.py": "import time; time.sleep(600)",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """Starts the runner; its console goes to a file in the project."""
    started: list[subprocess.Popen[str]] = []

    def start(*command: str, port: int) -> subprocess.Popen[str]:
        module = (sys.executable, "-m", "deploy.embedded.run", "--port", str(port))
        with open(project / "console", "w") as output:
            process = subprocess.Popen(
                command or module,
                cwd=project,
                env=ENVIRONMENT,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(READY_S)


def console(project: Path) -> str:
    return (project / "console").read_text()


def is_ready(project: Path, port: int) -> bool:
    line = re.compile(f"^http://127.0.0.1:{port}$", re.MULTILINE)
    return eventually(lambda: line.search(console(project)), READY_S)


def test_it_comes_up_and_sigterm_leaves_nothing_behind(project: Path, start: Start) -> None:
    port = free_port()
    runner = start(port=port)
    assert is_ready(project, port), console(project)
    assert "reader signs in; run 1" in console(project)
    assert "EHR at" not in console(project)
    with urlopen(f"http://127.0.0.1:{port}/") as answer:
        assert answer.read() == b"up"
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(READY_S) == 0
    assert servers(project) == []
    assert console(project).endswith("Stopped.\n")


def test_sigint_to_make_alone_stops_everything(project: Path, start: Start) -> None:
    port = free_port()
    make = start("make", "-o", "setup", "run", f"PORT={port}", port=port)
    assert is_ready(project, port), console(project)
    make.send_signal(signal.SIGINT)
    make.wait(READY_S)
    assert eventually(lambda: not servers(project))
    assert "Stopped." in console(project)


def test_a_killed_runner_is_recovered_from_with_its_data(project: Path, start: Start) -> None:
    port = free_port()
    runner = start(port=port)
    assert is_ready(project, port), console(project)
    runner.kill()
    runner.wait()
    again = start(port=port)
    assert is_ready(project, port), console(project)
    assert "run 2" in console(project)
    again.terminate()
    assert again.wait(READY_S) == 0
    assert servers(project) == []


def test_what_one_key_for_everybody_sealed_is_taken_over_once(project: Path, start: Start) -> None:
    earlier = project / "var" / "keys" / "blob-keyring.json"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("{}")
    port = free_port()
    runner = start(port=port)
    assert is_ready(project, port), console(project)
    assert (project / "var" / "--adopt").read_text() == str(earlier)
    assert (project / "var" / "--missing").exists()
    assert not earlier.exists()
    runner.terminate()
    assert runner.wait(READY_S) == 0


def test_a_taken_port_is_refused_with_what_to_do(project: Path, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert start(port=port).wait(READY_S) == 1
    assert f"Port {port} is taken or not allowed: choose another one" in console(project)
    assert "Traceback" not in console(project)
    assert servers(project) == []


def test_a_second_runner_on_the_same_state_is_refused(project: Path, start: Start) -> None:
    port = free_port()
    start(port=port)
    assert is_ready(project, port), console(project)
    second = subprocess.run(
        [sys.executable, "-m", "deploy.embedded.run", "--port", str(free_port())],
        cwd=project,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "already runs from" in second.stdout


def test_a_failed_step_is_said_and_leaves_nothing_behind(project: Path, start: Start) -> None:
    (project / "var").mkdir()
    (project / "var" / "broken").touch()
    assert start(port=free_port()).wait(READY_S) == 1
    assert "the migration's own words" in console(project)
    assert "Traceback" not in console(project)
    assert servers(project) == []


def test_a_service_that_dies_is_back_while_the_others_run(project: Path, start: Start) -> None:
    port = free_port()
    start(port=port)
    assert is_ready(project, port), console(project)
    record = (project / "var/run/qcluster.pid").read_text()
    os.kill(int(re.findall(r"\d+", record)[0]), signal.SIGKILL)
    assert eventually(lambda: "qcluster ended with code -9: started again" in console(project))
    assert (project / "var/run/qcluster.pid").read_text() != record
