"""Two organizations under fire, and what was promised to those who sent something."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connections
from django.test import override_settings

from apps.billing.models import Meter, Price
from apps.core import drain, leases
from apps.core.leases import Leased
from apps.core.management.commands.sweep import sweep_queues
from apps.core.scope import organization_scope
from apps.inference.actions import register_builtin_rules
from apps.ingestion.actions import Accepted, accept
from apps.ingestion.models import Ingress
from apps.tenants.models import Organization
from tests.factories import inside, make_waveform
from tests.faults.killing import PATIENCE_S
from tests.faults.server import Shared
from tests.ingestion.files import PLAIN, ecg_file

# The production durations, scaled alike.
SCALED = {
    "LEASE_SECONDS": 1.5,
    "HEARTBEAT_SECONDS": 0.4,
    "RETRY_BACKOFF_SECONDS": 0.1,
    "UNAVAILABLE_PAUSE_SECONDS": 0.2,
    "DRAIN_SECONDS": 20,
    "SMB_STABLE_SECONDS": 0.3,
    "SMB_SETTLE_SECONDS": 0.1,
    "SMB_TIMEOUT_SECONDS": 5,
    "SCANNER_WAIT_SECONDS": 0.2,
}
OPEN = (Leased.State.RECEIVED, Leased.State.PROCESSING)

_numbers = itertools.count(1)


@dataclass
class World:
    """One trial of one row: who there is, what was offered, what was acknowledged, and which
    messages a receiver heard, where an organization has one."""

    mercy: Organization
    lakeside: Organization
    chance: random.Random
    server: Shared
    offered: dict[int, set[str]] = field(default_factory=dict)
    acknowledged: dict[int, set[int]] = field(default_factory=dict)
    heard: dict[int, list[str]] = field(default_factory=dict)

    @property
    def organizations(self) -> tuple[Organization, Organization]:
        return (self.mercy, self.lakeside)

    def file(self, seed: int = 0) -> bytes:
        """A small ECG that no trial has seen, or the one of that seed; mercy may have it."""
        data = ecg_file(make_waveform(rate_hz=250, seed=seed or next(_numbers) + 1000), PLAIN)
        return self.expected(data)

    def expected(self, data: bytes, organization: Organization | None = None) -> bytes:
        """Bytes that an organization (mercy) may have, even where nobody heard an answer."""
        place = organization or self.mercy
        self.offered.setdefault(place.pk, set()).add(hashlib.sha256(data).hexdigest())
        return data

    def offer(
        self, data: bytes, organization: Organization | None = None, **given: Any
    ) -> Accepted:
        """Through the door; what it answers is a promise. Raises what the door raises."""
        organization = organization or self.mercy
        fields: dict[str, Any] = {
            "source": "web",
            "filename": "ecg.dcm",
            "idem_key": f"fault {next(_numbers)}",
        }
        with organization_scope(organization.pk):
            accepted = accept(chunks=[data], **(fields | given))
        self.promise(accepted)
        return accepted

    def promise(self, accepted: Accepted) -> None:
        row = accepted.ingress
        self.promise_row(row)
        self.offered.setdefault(row.organization_id, set()).add(row.sha256)

    def promise_row(self, row: Ingress) -> None:
        """What was acknowledged, of bytes that were `expected`."""
        self.acknowledged.setdefault(row.organization_id, set()).add(row.pk)

    def door(self, data: bytes, key: str) -> Callable[[], Any]:
        """Sending a file, for a process that may not live to hear the answer."""
        return lambda: self.offer(data, idem_key=key)

    def settle(self) -> None:
        """Sweep and work until nothing is open. Raises AssertionError where that never comes."""
        deadline = time.monotonic() + PATIENCE_S + settings.LEASE_SECONDS * 2
        while True:
            sweep_queues()
            drain.drain()
            left = self.open_rows()
            if not left:
                return
            assert time.monotonic() < deadline, f"still open: {left}"
            time.sleep(min(0.1, settings.LEASE_SECONDS / 10))

    def open_rows(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for organization in self.organizations:
            with inside(organization):
                for model in drain.leased_models():
                    count = model.objects.filter(state__in=OPEN).count()
                    if count:
                        found[f"{organization.slug} {model._meta.db_table}"] = count
        return found

    def written(self, secret: str) -> str:
        """The path of a private file that holds it, beside the stored bytes."""
        path = Path(settings.BLOB_ROOT).with_suffix(".secret")
        path.touch(mode=0o600)
        path.write_text(secret)
        return str(path)

    def until_leases_end(self) -> None:
        time.sleep(settings.LEASE_SECONDS + 0.2)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Raises AssertionError when it does not come true; a database away is asked again."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                if condition():
                    return
            except OperationalError:
                connections.close_all()
            assert time.monotonic() < deadline, what
            time.sleep(0.02)


@contextmanager
def durations(*, production: bool) -> Iterator[None]:
    with override_settings(**({} if production else SCALED)):
        yield


def claimed(model: type[Leased]) -> int:
    """How many rows of a table are in work now."""
    return leases.queue_state(model).leased


def price_everything(organization: Organization) -> None:
    """The rule-based reading and the prices of what is charged."""
    with inside(organization):
        register_builtin_rules(organization)
        for meter in Meter:
            Price.objects.create(
                organization=organization,
                meter=meter,
                unit_price=Decimal("2.5"),
                currency="GBP",
                effective_from=dt.date(2026, 1, 1),
            )
