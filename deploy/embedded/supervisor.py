"""Keeps the services running until told to stop."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from apps.core.wedged import Judge
from deploy.embedded.console import FixableError, say
from deploy.embedded.postgres import Cluster
from deploy.embedded.service import Service
from deploy.embedded.stopping import StopSignal

LOOK_EVERY_S = 0.5
STEADY_AFTER_S = 60.0
LONGEST_PAUSE_S = 30.0
STOP_PATIENCE_S = 30.0
SILENT_AFTER_S = 60.0


@dataclass
class Supervisor:
    services: list[Service]
    cluster: Cluster
    queue_status: Path
    stop: StopSignal
    judge: Judge = field(default_factory=Judge)

    def start(self) -> None:
        for service in self.services:
            service.start()

    def watch(self) -> None:
        """Returns when told to stop."""
        while not self.stop.wait(LOOK_EVERY_S):
            self.look()

    def look(self) -> None:
        self._revive_database()
        for service in self.services:
            service.rotate_log()
            if service.exit_code() is not None:
                self._revive(service)
            elif service.name == "qcluster" and self._is_wedged(service):
                self._replace(service, "did not take waiting work")
            elif service.name == "sweep" and self._is_silent(service):
                self._replace(service, "has gone silent")

    def stop_all(self) -> None:
        """Ask, wait, then end whatever is left of each process group."""
        for service in self.services:
            service.terminate()
        deadline = time.monotonic() + STOP_PATIENCE_S
        while self._any_alive() and time.monotonic() < deadline and not self.stop.hurried:
            time.sleep(0.05)
        for service in self.services:
            service.kill()

    def _any_alive(self) -> bool:
        return any(s.process and s.exit_code() is None for s in self.services)

    def _revive(self, service: Service) -> None:
        """Start it again, later each time while it keeps ending soon."""
        if service.age_s > STEADY_AFTER_S:
            service.failures = 0
        if service.age_s >= min(LONGEST_PAUSE_S, 2.0**service.failures - 1):
            service.failures += 1
            self._replace(service, f"ended with code {service.exit_code()}")

    def _replace(self, service: Service, why: str) -> None:
        service.kill()
        service.start()
        say(f"{service.name} {why}: started again; its log is {service.log}")

    def _revive_database(self) -> None:
        if self.cluster.is_running():
            return
        port = self.cluster.port
        self.cluster.start()
        say("PostgreSQL had ended: started again")
        if self.cluster.port != port:
            raise FixableError(
                "PostgreSQL's port was taken meanwhile: begin again with `make run`."
            )

    def _is_wedged(self, service: Service) -> bool:
        """By what the sweeper found, where that is not old."""
        if self._status_age_s() > SILENT_AFTER_S / 4:
            return False
        try:
            status = json.loads(self.queue_status.read_text())
        except (OSError, ValueError):
            return False
        waiting_s, leased = status.get("oldest_available_s"), status.get("leased", 0)
        return self.judge.condemns(age_s=service.age_s, waiting_s=waiting_s, leased=leased)

    def _is_silent(self, service: Service) -> bool:
        return min(service.age_s, self._status_age_s()) > SILENT_AFTER_S

    def _status_age_s(self) -> float:
        try:
            return time.time() - self.queue_status.stat().st_mtime
        except OSError:
            return float("inf")
