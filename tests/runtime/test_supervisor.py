"""The runner's watch: what ended is started again, what is stuck is replaced."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.core import wedged
from deploy.embedded import supervisor as supervisor_module
from deploy.embedded.service import Service
from deploy.embedded.supervisor import Supervisor
from tests.runtime.test_service import DEAF, SLEEP, eventually


class SteadyCluster:
    port = 1

    def is_running(self) -> bool:
        return True


class Stop:
    hurried = False


@pytest.fixture
def watch(
    folder: Path, make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Service, Supervisor]]:
    monkeypatch.setattr(wedged, "TIME_TO_BEGIN_S", 0.0)

    def watch(name: str, code: str = SLEEP) -> tuple[Service, Supervisor]:
        service = make_service(name, code)
        made = Supervisor([service], SteadyCluster(), folder / "queue.json", Stop())  # type: ignore[arg-type]
        made.start()
        return service, made

    return watch


def pid(service: Service) -> int:
    assert service.process
    return service.process.pid


def report(folder: Path, **status: float) -> None:
    (folder / "queue.json").write_text(json.dumps(status))


Watch = Callable[..., tuple[Service, Supervisor]]


def test_a_service_that_ended_is_started_again(
    watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    service, supervisor = watch("web")
    first = pid(service)
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: supervisor.look() or pid(service) != first)
    assert service.exit_code() is None
    assert "web ended with code -9: started again" in capsys.readouterr().out


def test_a_service_that_keeps_ending_is_started_less_and_less_often(watch: Watch) -> None:
    service, supervisor = watch("web")
    service.failures = 3
    os.kill(pid(service), signal.SIGKILL)
    assert eventually(lambda: service.exit_code() is not None)
    supervisor.look()
    assert service.exit_code() is not None
    service.started_at -= 8
    supervisor.look()
    assert service.exit_code() is None


def test_workers_that_leave_work_waiting_are_replaced(watch: Watch, folder: Path) -> None:
    service, supervisor = watch("qcluster")
    first = pid(service)
    report(folder, oldest_available_s=11, leased=0)
    supervisor.look()
    assert pid(service) != first


@pytest.mark.parametrize(
    "status",
    [
        {"oldest_available_s": 11, "leased": 1},
        {"oldest_available_s": 9, "leased": 0},
        {"oldest_available_s": None, "leased": 0},
    ],
)
def test_workers_that_are_at_it_or_idle_are_left_alone(
    watch: Watch, folder: Path, status: dict[str, float]
) -> None:
    service, supervisor = watch("qcluster")
    first = pid(service)
    report(folder, **status)
    supervisor.look()
    assert pid(service) == first


def test_an_old_report_condemns_nobody_but_the_sweeper(watch: Watch, folder: Path) -> None:
    report(folder, oldest_available_s=11, leased=0)
    os.utime(folder / "queue.json", (time.time() - 100,) * 2)
    workers, supervisor = watch("qcluster")
    first = pid(workers)
    supervisor.look()
    assert pid(workers) == first


def test_a_silent_sweeper_is_replaced(watch: Watch, folder: Path) -> None:
    report(folder, oldest_available_s=0, leased=0)
    os.utime(folder / "queue.json", (time.time() - 100,) * 2)
    service, supervisor = watch("sweep")
    first = pid(service)
    supervisor.look()
    assert pid(service) == first
    service.started_at -= 100
    supervisor.look()
    assert pid(service) != first


def test_what_does_not_heed_the_stop_is_killed(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "STOP_PATIENCE_S", 0.2)
    service, supervisor = watch("web", DEAF)
    assert eventually(lambda: "deaf" in service.log.read_text())
    supervisor.stop_all()
    assert service.exit_code() == -signal.SIGKILL


def test_a_qcluster_that_is_only_slow_has_longer_to_begin_each_time(
    watch: Watch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, supervisor = watch("qcluster")
    monkeypatch.setattr(wedged, "TIME_TO_BEGIN_S", 10.0)
    ages = []
    for age_s in (11, 11, 21, 21, 41):
        report(folder, oldest_available_s=60, leased=0)
        service.started_at -= age_s
        first = pid(service)
        supervisor.look()
        if pid(service) != first:
            ages.append(age_s)
        service.started_at = time.monotonic()
    assert ages == [11, 21, 41]
    report(folder, oldest_available_s=60, leased=1)
    service.started_at -= 81
    supervisor.look()
    assert supervisor.judge.in_vain == 0
