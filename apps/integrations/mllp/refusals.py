"""Connections that were refused, on the organization's record without filling it."""

from __future__ import annotations

import threading
import time
from collections import Counter

import structlog
from django.db import DatabaseError

from apps.audit.actions import record_alone
from apps.integrations.mllp.senders import Sender

log = structlog.get_logger(__name__)

BETWEEN_S = 60.0
# Of so many senders at a time; a flood from more addresses is in the log only.
MOST = 1000

Key = tuple[int, int, str, str]


class Refusals:
    """One event a minute for each listener, sender and reason, with how many there were."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[Key] = Counter()
        self._noted: dict[Key, float] = {}

    def add(self, sender: Sender, code: str) -> None:
        log.warning("connection.refused", code=code, port=sender.port)
        key = (sender.organization_id, sender.port, code, sender.address)
        with self._lock:
            if key in self._counted or len(self._counted) < MOST:
                self._counted[key] += 1

    def write(self) -> None:
        """Put on record what is due. Call with no scope open."""
        for (organization_id, port, code, address), count in self._due().items():
            try:
                record_alone(
                    organization_id,
                    "integrations.connection.refused",
                    door=str(port),
                    code=code,
                    address=address,
                    count=count,
                )
            except DatabaseError as error:
                log.warning("refusal.not_recorded", error_class=type(error).__name__)

    def _due(self) -> dict[Key, int]:
        now = time.monotonic()
        with self._lock:
            self._noted = {key: at for key, at in self._noted.items() if now - at < BETWEEN_S}
            due = {key: n for key, n in self._counted.items() if key not in self._noted}
            for key in due:
                del self._counted[key]
                self._noted[key] = now
        return due
