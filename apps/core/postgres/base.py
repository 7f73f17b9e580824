"""Django's PostgreSQL backend with two additions: the scope at BEGIN, the audit at COMMIT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from apps.core.scope import PIN, current_organization

Flush = Callable[["DatabaseWrapper", list[Any]], None]


class DatabaseWrapper(base.DatabaseWrapper):
    """Events gathered during a transaction are written by `flush_events` just before COMMIT."""

    flush_events: Flush | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pending_events: list[tuple[frozenset[str | None], Any]] = []

    def gather_event(self, event: Any) -> None:
        """Keep an event until COMMIT; a savepoint that is rolled back takes its events along."""
        self.pending_events.append((frozenset(self.savepoint_ids), event))

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if autocommit:
            return
        organization_id = current_organization()
        value = "" if organization_id is None else str(organization_id)
        try:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute(PIN, [value])
        except BaseException:
            # A killed server process would leave the connection unusable for ever.
            self.close()
            raise

    def _commit(self) -> Any:
        if self.pending_events and self.connection is not None:
            events = [event for _, event in self.pending_events]
            self.pending_events = []
            if DatabaseWrapper.flush_events is None:
                raise RuntimeError("events were gathered but nothing writes them")
            try:
                with self.wrap_database_errors:
                    DatabaseWrapper.flush_events(self, events)
            except BaseException:
                # Django undoes a failed COMMIT for database errors only.
                super()._rollback()  # type: ignore[misc]
                raise
        return super()._commit()  # type: ignore[misc]

    def _rollback(self) -> Any:
        self.pending_events = []
        return super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self.pending_events = [(sids, e) for sids, e in self.pending_events if sid not in sids]
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def close(self) -> None:
        self.pending_events = []
        super().close()
