"""How many leads make a diagnostic ECG."""

from __future__ import annotations

from .canonical import Refused

FEWEST_LEADS = 4


def require_leads(count: int, *, field: str) -> None:
    """Raises Refused for a trace that is watched, not read."""
    if count < FEWEST_LEADS:
        raise Refused(
            "too-few-leads", "A trace of one to three leads is not a diagnostic ECG.", field=field
        )
