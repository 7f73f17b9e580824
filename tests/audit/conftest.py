"""A chain of events, and an owner of the tables who changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

LENGTH = 8


def record_events(organization: Any, count: int) -> None:
    """Each in a transaction of its own."""
    from apps.audit.actions import record
    from tests.factories import inside

    for number in range(count):
        with inside(organization):
            record("ecg.recording.viewed", organization, count=number)


@pytest.fixture
def chain(mercy: Any) -> int:
    """Events 1 to LENGTH in mercy."""
    record_events(mercy, LENGTH)
    return LENGTH


@pytest.fixture
def tamper(chain: int) -> Iterator[Callable[..., None]]:
    """Runs SQL as the owner with the guards of the table taken away; starts afresh each time."""
    from tests.database import raw_connection

    with raw_connection("owner") as raw:
        raw.execute("ALTER TABLE audit_auditevent NO FORCE ROW LEVEL SECURITY")
        raw.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        raw.execute("CREATE TEMP TABLE kept AS TABLE audit_auditevent")

        def change(sql: str, *parameters: Any) -> None:
            raw.execute("DELETE FROM audit_auditevent")
            raw.execute("INSERT INTO audit_auditevent OVERRIDING SYSTEM VALUE TABLE kept")
            raw.execute(sql, parameters)

        yield change
        raw.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")
        raw.execute("ALTER TABLE audit_auditevent FORCE ROW LEVEL SECURITY")


@pytest.fixture
def anchors(tmp_path: Any, settings: Any) -> Any:
    """The folder in which this test's anchors are kept."""
    settings.AUDIT_ANCHORS = str(tmp_path / "anchors")
    return tmp_path / "anchors"
