"""A queue of accepted files whose job the test chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def quick(settings: Any) -> Any:
    """Leases of a moment and no pause between attempts."""
    settings.LEASE_SECONDS = 0.05
    settings.HEARTBEAT_SECONDS = 0.02
    settings.RETRY_BACKOFF_SECONDS = 0.0001
    return settings


@pytest.fixture
def work_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Puts a job of `queue_jobs` behind the table of accepted files."""
    from apps.core import drain
    from tests.core import queue_jobs

    queue_jobs.worked.clear()
    queue_jobs.poison.clear()

    def choose(name: str) -> Any:
        monkeypatch.setitem(drain.LEASED, "ingestion.Ingress", f"{queue_jobs.__name__}.{name}")
        return queue_jobs

    return choose
