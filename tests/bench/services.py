"""The product's own processes, started for a benchmark and stopped after it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from deploy.embedded.ports import remembered_port
from deploy.embedded.run import Services
from deploy.embedded.service import Service
from tests.bench.place import state_folder

PATIENCE_S = 120.0

T = TypeVar("T")


@contextmanager
def running(*names: str) -> Iterator[dict[str, Service]]:
    """Of ehr, web, qcluster and sweep the ones asked for; `web_port()` is the server's."""
    from django.conf import settings

    everything = Services(state_folder(), dict(os.environ)).all(
        web_port(), settings.DEMO_EHR_PORT, settings.DEMO_IDP_PORT
    )
    chosen = {service.name: service for service in everything if service.name in names}
    try:
        for service in chosen.values():
            service.start()
        yield chosen
    finally:
        for service in chosen.values():
            service.terminate()
        deadline = time.monotonic() + 20
        while any(s.exit_code() is None for s in chosen.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for service in chosen.values():
            service.kill()


@cache
def web_port() -> int:
    return remembered_port(state_folder() / "run" / "web-port")


def wait_for(found: Callable[[], T], every_s: float = 0.05) -> T:
    """The first answer that is not empty."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        if time.monotonic() > deadline:
            raise TimeoutError("the benchmark waited in vain; see the processes' logs")
        time.sleep(every_s)
    return answer


def is_idle() -> bool:
    """Nothing waits and nothing is in work."""
    from apps.core import drain, leases

    states = [leases.queue_state(model) for model in drain.leased_models()]
    return all(state.oldest_available_s is None and not state.leased for state in states)
