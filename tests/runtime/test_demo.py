"""The demo itself: `make run` on this checkout, killed, started again, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from deploy.embedded.accounts import PROJECT
from deploy.embedded.ports import free_port
from tests.runtime.test_service import eventually

pytestmark = pytest.mark.slow

READY_S = 240
# None of the suite's own environment reaches the demo.
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}

Start = Callable[[], "Demo"]


class Demo:
    """One run of the runner over a state folder."""

    def __init__(self, state: Path) -> None:
        self.state, self.port = state, free_port()
        command = [sys.executable, "-m", "deploy.embedded.run"]
        self.console = state / f"console-{self.port}"
        with open(self.console, "w") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), "--var", str(state)],
                cwd=PROJECT,
                env=ENVIRONMENT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        url = f"http://127.0.0.1:{self.port}"
        until = time.monotonic() + READY_S
        while f"{url}\n" not in self.console.read_text():
            assert self.process.poll() is None, self.console.read_text()
            assert time.monotonic() < until, self.console.read_text()
            time.sleep(0.2)

    def environment(self) -> dict[str, str]:
        return ENVIRONMENT | {"VAR": str(self.state)}

    def command(self, *words: str) -> str:
        """What a command typed in a second terminal prints."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(60)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    started: list[Demo] = []

    def start() -> Demo:
        started.append(Demo(folder))
        return started[-1]

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.end(signal.SIGTERM)


def processes_of(state: Path) -> list[str]:
    """Command lines and environments of other processes that name the state folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(state).encode() in words and int(process.name) != os.getpid():
            found.append(process.name)
    return found


def test_the_demo_starts_survives_a_kill_keeps_its_data_and_leaves_nothing(start: Start) -> None:
    first = start()
    first.wait_until_ready()
    with urlopen(f"http://127.0.0.1:{first.port}/sign-in") as page:
        assert page.status == 200
    before = first.command("verify_audit", "--json")
    assert '"mercy"' in before
    assert '"lakeside"' in before

    first.end(signal.SIGKILL)
    second = start()
    second.wait_until_ready()
    assert int(_events(second.command("verify_audit", "--json"))) >= int(_events(before))
    # Its qcluster has been at work: nothing of it lies where the borders forbid it.
    assert second.command("verify_isolation").count(", proven") >= 20

    second.end(signal.SIGTERM)
    assert second.process.returncode == 0
    assert eventually(lambda: not processes_of(second.state))


def _events(lines: str) -> int:
    rows = [json.loads(line) for line in lines.splitlines()]
    return sum(row["events"] for row in rows)


def test_a_command_without_a_demo_says_how_to_start_one(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"],
        cwd=PROJECT,
        env=ENVIRONMENT | {"VAR": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr
