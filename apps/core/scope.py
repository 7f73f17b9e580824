"""The organization whose rows this thread of work may see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections
from psycopg.pq import TransactionStatus

_organization: ContextVar[int | None] = ContextVar("organization", default=None)

PIN = "SELECT set_config('app.organization_id', %s, true)"


class ScopeError(RuntimeError):
    """Work without a scope, or a second organization inside one."""


def current_organization() -> int | None:
    return _organization.get()


def required_organization() -> int:
    """The scope's organization. Raises ScopeError where there is none."""
    organization_id = _organization.get()
    if organization_id is None:
        raise ScopeError("no organization scope is open")
    return organization_id


@contextmanager
def organization_scope(organization_id: int) -> Iterator[None]:
    """The only way in. Nests from none to one; the same again does nothing; another raises."""
    inside = _organization.get()
    wanted = int(organization_id)
    if inside == wanted:
        yield
        return
    if inside is not None:
        raise ScopeError("a scope of another organization is open")
    token = _organization.set(wanted)
    try:
        _pin_open_transactions(str(wanted))
        yield
    finally:
        _organization.reset(token)
        _pin_open_transactions("")


def _pin_open_transactions(value: str) -> None:
    """A transaction that began before the scope is pinned now; later ones are at BEGIN."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block or connection.needs_rollback:
            continue
        if connection.connection.info.transaction_status != TransactionStatus.INTRANS:
            continue
        with connection.cursor() as cursor:
            cursor.execute(PIN, [value])
