"""Django's PostgreSQL backend with two additions: the scope at BEGIN, the audit at COMMIT.

The driver stays in autocommit and transactions are begun here, so that BEGIN and the scope are one
round trip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from apps.core.scope import current_organization

Flush = Callable[["DatabaseWrapper", list[Any]], None]

PIN_AT_BEGIN = "SELECT set_config('app.organization_id', '{}', true)"


class DatabaseWrapper(base.DatabaseWrapper):
    """Events gathered during a transaction are written by `flush_events` just before COMMIT."""

    flush_events: Flush | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pending_events: list[tuple[frozenset[str | None], Any]] = []

    def gather_event(self, event: Any) -> None:
        """Keep an event until COMMIT; a savepoint that is rolled back takes its events along."""
        self.pending_events.append((frozenset(self.savepoint_ids), event))

    def _set_autocommit(self, autocommit: bool) -> None:
        if autocommit:
            # The driver refuses inside a transaction; Django closes the connection then.
            super()._set_autocommit(True)  # type: ignore[misc]
        else:
            self._start_transaction_under_autocommit()

    def _start_transaction_under_autocommit(self) -> None:
        """BEGIN, with the scope's organization pinned until the end of the transaction."""
        organization_id = current_organization()
        value = "" if organization_id is None else int(organization_id)
        try:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                # Two statements in one call cannot be prepared.
                cursor.execute(f"BEGIN; {PIN_AT_BEGIN.format(value)}", prepare=False)
        except BaseException:
            # A killed server process would leave the connection unusable for ever.
            self.close()
            raise

    def create_cursor(self, name: str | None = None) -> Any:
        """As Django's, whose named cursors outlive a transaction where the driver autocommits."""
        if name is None or not self.in_atomic_block:
            return super().create_cursor(name)
        given = {"name": name, "scrollable": False, "withhold": False}
        return base.ServerSideCursor(self.connection, **given)  # type: ignore[call-arg]

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
