"""Looking into all shares, each in its time; one that is slow or lost keeps no other waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from apps.core.scope import organization_scope
from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.kept import Kept
from apps.ingestion.smb.look import Report, look_into
from apps.ingestion.sources import sources_due

log = structlog.get_logger(__name__)

AT_ONCE = 8
TICK_S = 1.0
Key = tuple[int, int]  # organization, source


def active_sources(organization_id: int) -> list[Key]:
    with organization_scope(organization_id), transaction.atomic():
        rows = ShareSource.objects.filter(is_active=True, organization__is_live=True)
        return [(organization_id, pk) for pk in rows.order_by("id").values_list("pk", flat=True)]


def look_until_settled(key: Key, stop: threading.Event) -> Report:
    """Look again while files there are still written, for as long as a single round may last."""
    until = time.monotonic() + settings.SMB_ONCE_SECONDS
    kept, taken, again = Kept(), 0, 0
    try:
        while True:
            report = _look(key, kept)
            taken, again = taken + report.taken, again + report.again
            over = report.has_failed or not report.waiting
            over |= not report.taken and time.monotonic() >= until
            if over or stop.wait(settings.SMB_SETTLE_SECONDS):
                report.taken, report.again = taken, again
                return report
    finally:
        kept.close()


def once(organization_ids: list[int], stop: threading.Event) -> Iterator[tuple[int, Report]]:
    """Every share to the point where nothing waits; in the order in which they end."""
    keys = [key for each in organization_ids for key in active_sources(each)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = {pool.submit(look_until_settled, key, stop): key for key in keys}
        for done in as_completed(begun):
            yield begun[done][0], done.result()


def _look(key: Key, kept: Kept) -> Report:
    """In a thread of the pool: its database connection is its own, and ends with the look."""
    try:
        with organization_scope(key[0]):
            return look_into(key[1], kept)
    finally:
        connections.close_all()


@dataclass(slots=True)
class Rounds:
    """For ever. Shares whose time has come, and those whose server says that something changed."""

    stop: threading.Event
    organization_ids: Callable[[], list[int]]
    kept: dict[Key, Kept] = field(default_factory=dict)
    running: dict[Key, Future[Report]] = field(default_factory=dict)

    def reports(self) -> Iterator[tuple[int, Report]]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while not self.stop.is_set():
                yield from self._ended()
                for key in self._due():
                    kept = self.kept.setdefault(key, Kept())
                    self.running[key] = pool.submit(_look, key, kept)
                self.stop.wait(TICK_S)
            yield from self._ended(wait=True)
        for kept in self.kept.values():
            kept.close()

    def _due(self) -> list[Key]:
        try:
            due, active = self._of_all()
        except DatabaseError as error:
            log.warning("shares.not_listed", error_class=type(error).__name__)
            connections.close_all()
            return []
        for key in [key for key in self.kept if key not in active | self.running.keys()]:
            self.kept.pop(key).close()
        changed = {key for key, kept in self.kept.items() if kept.has_changed()}
        return [key for key in active if key in due | changed and key not in self.running]

    def _of_all(self) -> tuple[set[Key], set[Key]]:
        due: set[Key] = set()
        active: set[Key] = set()
        for each in self.organization_ids():
            active |= set(active_sources(each))
            with organization_scope(each), transaction.atomic():
                due |= {(each, source.pk) for source in sources_due(timezone.now())}
        return due, active

    def _ended(self, *, wait: bool = False) -> Iterator[tuple[int, Report]]:
        for key, future in list(self.running.items()):
            if not wait and not future.done():
                continue
            del self.running[key]
            try:
                report = future.result()
            except Exception as error:
                # Texts may quote names of files.
                log.error("share.look_failed", error_class=type(error).__name__)
                self.kept.pop(key).close()
                continue
            if report.taken or report.again or report.has_failed:
                yield key[0], report
