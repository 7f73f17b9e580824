"""The product's workers and sweeper as processes of their own, under the product's supervisor."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from apps.core import wedged
from deploy.embedded import procfs, supervisor
from deploy.embedded.service import Service, kill_group
from deploy.embedded.supervisor import Supervisor
from tests.database import database_environment

# The production durations, scaled alike.
DURATIONS = {
    "EINTHOVEN_LEASE_SECONDS": "3",
    "EINTHOVEN_HEARTBEAT_SECONDS": "1",
    "EINTHOVEN_SWEEP_SECONDS": "0.5",
    "EINTHOVEN_RETRY_BACKOFF_SECONDS": "0.2",
    "EINTHOVEN_DRAIN_SECONDS": "5",
}
SUPERVISION = {
    (supervisor, "LONGEST_PAUSE_S"): 0.2,
    (wedged, "TIME_TO_BEGIN_S"): 4.0,
    (wedged, "WAITING_TOO_LONG_S"): 2.5,
}


# What is killed how often: the sweeper, the whole qcluster, one of its processes, the web server.
HARM = {"worker": 6, "cluster": 2, "sweep": 2, "web": 2}


@dataclass
class Workers:
    """A qcluster, a sweeper and perhaps a web server; `look` repairs, the others do harm."""

    services: list[Service]
    supervisor: Supervisor
    chance: random.Random
    killed: list[str] = field(default_factory=list)

    def look(self) -> None:
        self.supervisor.look()

    def kill_something(self) -> None:
        """One of the services whole, or one process of the qcluster."""
        named = {service.name: service for service in self.services}
        cluster = named["qcluster"]
        targets = {"worker": cluster, "cluster": cluster} | named
        possible = {what: weight for what, weight in HARM.items() if what in targets}
        # Each kind once, then as chance has it.
        missed = [what for what in possible if what not in self.killed]
        what = (missed or self.chance.choices(list(possible), list(possible.values())))[0]
        if what == "worker":
            self._kill_one_of(cluster)
        elif process := targets[what].process:
            kill_group(process.pid)
        self.killed.append(what)

    def _kill_one_of(self, service: Service) -> None:
        if service.process is None:
            return
        found = [p.pid for p in procfs.members(service.process.pid) if _is_qcluster(p.pid)]
        forked = [pid for pid in found if pid != service.process.pid]
        if forked:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(forked), signal.SIGKILL)

    def log_text(self) -> str:
        return "".join(service.log.read_text() for service in self.services)


def _is_qcluster(pid: int) -> bool:
    """Not the process that parses files: its death says something about the file."""
    with suppress(OSError):
        return b"qcluster" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@contextmanager
def running_workers(state: Path, seed: int = 0) -> Iterator[Workers]:
    """Workers and sweeper on the test's database, whose server is somebody else's to watch; the
    supervisor is in a hurry."""
    commands = {name: [sys.executable, "manage.py", name] for name in ("qcluster", "sweep")}
    standing = SimpleNamespace(is_running=lambda: True, port=0)
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), seconds in SUPERVISION.items():
            patch.setattr(module, name, seconds)
        with running_services(state, commands, random.Random(seed), standing) as workers:
            yield workers


@contextmanager
def running_services(
    state: Path, commands: dict[str, list[str]], chance: random.Random, cluster: Any
) -> Iterator[Workers]:
    """Those processes under the product's supervisor."""
    for name in ("run", "log"):
        (state / name).mkdir(parents=True)
    environment = _environment(state)
    services = [Service(name, command, environment, state) for name, command in commands.items()]
    watched = Supervisor(services, cluster, state / "run" / "queue.json", _never())
    try:
        watched.start()
        yield Workers(services, watched, chance)
    finally:
        for service in services:
            service.kill()


def _environment(state: Path) -> dict[str, str]:
    return (
        dict(os.environ)
        | database_environment()
        | DURATIONS
        | {
            "EINTHOVEN_BLOB_ROOT": str(settings.BLOB_ROOT),
            "EINTHOVEN_QUEUE_STATUS_FILE": str(state / "run" / "queue.json"),
        }
    )


def _never() -> Any:
    return SimpleNamespace(wait=lambda _seconds: False, hurried=False)
