"""Looking for what is wrong: one organization after another, a little of them each round."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import structlog
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from apps.audit.alarms import Finding, settle
from apps.core.scope import organization_scope
from apps.tenants.lookups import organization_ids
from apps.tenants.models import PLATFORM_SLUG, Organization
from config.pipeline import AFTER_WATCH, WATCHERS

log = structlog.get_logger(__name__)

SLICE_S = 0.5

Watcher = Callable[[], Iterable[Finding]]


class Watch:
    """Keeps its place between rounds, so that many organizations do not hold up the sweeper."""

    def __init__(self) -> None:
        self._waiting: Iterator[int] = iter(())
        self._next_pass = 0.0

    def go_on(self) -> None:
        """Look at organizations for at most a slice of time; begin anew when all were seen."""
        deadline = time.monotonic() + SLICE_S
        while time.monotonic() < deadline:
            organization_id = next(self._waiting, None)
            if organization_id is not None:
                look_at(organization_id)
            elif time.monotonic() >= self._next_pass:
                self._next_pass = time.monotonic() + settings.WATCH_SECONDS
                self._waiting = iter(organization_ids())
            else:
                return


def look_at(organization_id: int) -> None:
    """Raise and resolve what the watchers say of one live organization."""
    try:
        with organization_scope(organization_id), transaction.atomic():
            if not _is_watched(organization_id):
                return
            for watcher, codes in _watchers():
                settle(codes, watcher())
            for act in _afterwards():
                act()
    except DatabaseError as error:
        log.warning("watch.failed", error_class=type(error).__name__)
        connections.close_all()


def _is_watched(organization_id: int) -> bool:
    """One that is not live waits for nothing, and an import must find its rows alone."""
    wanted = Q(is_live=True) | Q(slug=PLATFORM_SLUG)
    return Organization.objects.filter(wanted, pk=organization_id).exists()


_watch = Watch()


def go_on() -> None:
    """What the sweeper does each round."""
    _watch.go_on()


@cache
def _watchers() -> list[tuple[Watcher, tuple[str, ...]]]:
    return [(import_string(path), codes) for path, codes in WATCHERS.items()]


@cache
def _afterwards() -> list[Callable[[], object]]:
    return [import_string(path) for path in AFTER_WATCH]
