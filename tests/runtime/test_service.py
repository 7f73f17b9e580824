"""A child process of the runner: started, ended with all its own, never confused with another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.embedded import procfs
from deploy.embedded.accounts import PROJECT
from deploy.embedded.console import FixableError
from deploy.embedded.service import LOG_LIMIT_BYTES, Service, stop_leftovers, write_record
from deploy.embedded.stopping import StoppedError

MakeService = Callable[..., Service]
SLEEP = "import time; time.sleep(600)"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
DEAF = f"import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"


class NeverStop:
    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


class StopNow:
    def wait(self, seconds: float) -> bool:
        return True


def eventually(holds: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(holds())


def test_killing_a_service_ends_its_children_too(make_service: MakeService) -> None:
    service = make_service(code=WITH_CHILD)
    service.start()
    assert service.process
    group = service.process.pid
    assert eventually(lambda: len(procfs.members(group)) == 2)
    service.kill()
    assert eventually(lambda: not procfs.members(group))
    assert not service.record.exists()


def test_what_a_killed_runner_left_is_ended(make_service: MakeService) -> None:
    service = make_service(code=DEAF)
    service.start()
    assert eventually(lambda: "deaf" in service.log.read_text())
    assert stop_leftovers(service.record.parent, patience_s=0.2) == 1
    assert eventually(lambda: service.exit_code() == -signal.SIGKILL)
    assert not service.record.exists()


def test_children_of_a_dead_leader_are_ended_too(make_service: MakeService) -> None:
    service = make_service(code=WITH_CHILD)
    service.start()
    assert service.process
    group = service.process.pid
    assert eventually(lambda: len(procfs.members(group)) == 2)
    os.kill(group, signal.SIGKILL)
    service.process.wait()
    assert stop_leftovers(service.record.parent, patience_s=0.2) == 1
    assert eventually(lambda: not procfs.members(group))


@pytest.mark.parametrize("field", ["started", "boot"])
def test_another_process_with_the_same_number_is_left_alone(
    make_service: MakeService, field: str
) -> None:
    service = make_service()
    service.start()
    record = json.loads(service.record.read_text())
    service.record.write_text(json.dumps(record | {field: "another"}))
    assert stop_leftovers(service.record.parent) == 0
    assert service.exit_code() is None


def test_a_service_ends_with_its_runner(folder: Path) -> None:
    code = (
        "from pathlib import Path; import sys, time\n"
        "from deploy.embedded.service import Service\n"
        "(Path(sys.argv[1]) / 'log').mkdir(); (Path(sys.argv[1]) / 'run').mkdir()\n"
        f"s = Service('x', [sys.executable, '-c', '{'import time; time.sleep(600)'}'], {{}}, "
        "Path(sys.argv[1]))\n"
        "s.start(); print(s.process.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout
        child = int(runner.stdout.readline())
        assert procfs.is_alive(child)
        runner.kill()
    assert eventually(lambda: not procfs.is_alive(child))


def test_a_large_log_is_put_aside(make_service: MakeService) -> None:
    service = make_service()
    service.log.write_bytes(b"x" * (LOG_LIMIT_BYTES + 1))
    service.rotate_log()
    assert service.log.stat().st_size == 0
    assert service.log.with_suffix(".log.1").stat().st_size == LOG_LIMIT_BYTES + 1


def test_a_command_gives_back_what_it_printed(make_service: MakeService) -> None:
    service = make_service(code="import sys; print('told'); print('logged', file=sys.stderr)")
    assert service.run_to_end(NeverStop()) == "told\n"  # type: ignore[arg-type]
    assert service.log.read_text() == "logged\n"


def test_a_failed_command_says_its_last_words(make_service: MakeService) -> None:
    service = make_service(code="import sys; sys.exit('why it failed')")
    service.log.write_text("from an earlier run\n")
    with pytest.raises(FixableError, match="why it failed") as raised:
        service.run_to_end(NeverStop())  # type: ignore[arg-type]
    assert "earlier" not in str(raised.value)


def test_a_command_ends_when_told_to_stop(make_service: MakeService) -> None:
    service = make_service()
    with pytest.raises(StoppedError):
        service.run_to_end(StopNow())  # type: ignore[arg-type]
    assert service.exit_code() == -signal.SIGKILL


def test_a_record_names_process_start_and_boot(folder: Path) -> None:
    write_record(folder / "self.pid", os.getpid())
    record = json.loads((folder / "self.pid").read_text())
    process = procfs.describe(os.getpid())
    assert process
    assert record == {"pid": os.getpid(), "started": process.started, "boot": procfs.boot_id()}
