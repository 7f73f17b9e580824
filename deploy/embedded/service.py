"""One child process of the runner, in a process group of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from deploy.embedded import procfs
from deploy.embedded.accounts import PROJECT
from deploy.embedded.console import FixableError
from deploy.embedded.keys import write_private
from deploy.embedded.stopping import StoppedError, StopSignal, die_with_parent

LOG_LIMIT_BYTES = 5_000_000


@dataclass
class Service:
    """Started, watched and stopped; what it prints goes to `log`."""

    name: str
    command: list[str]
    environment: dict[str, str]
    state: Path
    failures: int = 0
    started_at: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _log_began: int = 0

    @property
    def log(self) -> Path:
        return self.state / "log" / f"{self.name}.log"

    @property
    def record(self) -> Path:
        return self.state / "run" / f"{self.name}.pid"

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.started_at

    def start(self, stdout: IO[bytes] | None = None) -> None:
        with open(self.log, "ab") as log:
            self._log_began = log.tell()
            self.process = subprocess.Popen(
                self.command,
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout or log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.started_at = time.monotonic()
        write_record(self.record, self.process.pid)

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    def terminate(self) -> None:
        """Ask the first process; it stops its own children in its own way."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Nothing of the group is left."""
        if self.process:
            kill_group(self.process.pid)
            self.process.wait()
            self.record.unlink(missing_ok=True)

    def rotate_log(self) -> None:
        """The children append, so the file can be emptied under them."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copy2(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)

    def last_words(self, lines: int = 12) -> str:
        """The end of what it logged since it was started."""
        since = self.log.read_bytes()[self._log_began :].decode(errors="replace")
        return "\n".join(since.splitlines()[-lines:])

    def run_to_end(self, stop: StopSignal) -> str:
        """What a command that ends by itself printed; StoppedError if told to stop before."""
        with tempfile.TemporaryFile() as printed:
            self.start(printed)
            try:
                while self.exit_code() is None:
                    if stop.wait(0.05):
                        raise StoppedError
            finally:
                self.kill()
            if self.exit_code() != 0:
                raise FixableError(
                    f"{self.name} failed; its log is {self.log}:\n{self.last_words()}"
                )
            printed.seek(0)
            return printed.read().decode(errors="replace")


def kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def write_record(file: Path, pid: int) -> None:
    process = procfs.describe(pid)
    started = process.started if process else ""
    write_private(file, json.dumps({"pid": pid, "started": started, "boot": procfs.boot_id()}))


def recorded_group(file: Path) -> int | None:
    """The process group that the record names, if it is still that one and alive."""
    try:
        record = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    leader = procfs.describe(record["pid"])
    same = record["boot"] == procfs.boot_id()
    same = same and (leader is None or leader.started == record["started"])
    return record["pid"] if same and procfs.members(record["pid"]) else None


def stop_leftovers(run_folder: Path, patience_s: float = 10) -> int:
    """End what a killed runner left running; how many process groups that were."""
    records = list(run_folder.glob("*.pid"))
    groups = [group for group in map(recorded_group, records) if group]
    for group in groups:
        with suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while any(map(procfs.members, groups)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in groups:
        kill_group(group)
    for file in records:
        file.unlink(missing_ok=True)
    return len(groups)
