"""What the record says of a row that is put back in its queue."""

from __future__ import annotations

from typing import Any

from apps.core.leases import Leased


def stopped_by(row: Leased) -> dict[str, Any]:
    """Why it stopped, and when it was given up: once it runs again the row does not say."""
    stopped = {"code": row.error_code}
    if row.state == Leased.State.DEAD:
        stopped["since"] = row.available_at.isoformat()
    return stopped
