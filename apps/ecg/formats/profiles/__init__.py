"""What is known of one maker's files and is not in them: data, matched to the device, never code.

A decoder tells which device wrote the file and asks where the file is silent or known to be
wrong; every answer that changes something is kept as an override, with what was there before.
Outside `consulting` nothing is known and every answer is the file's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from .profile import MeasurementRule, profile_of
from .session import Session
from .shipped import SHIPPED

__all__ = ["consulting", "date", "date_order", "lead", "measurement", "seen_device", "unit"]

_session: ContextVar[Session | None] = ContextVar("profiles", default=None)


@contextmanager
def consulting(given: Sequence[dict[str, Any]]) -> Iterator[Session]:
    """Decoders inside ask these profiles first, then the shipped ones. Raises BadProfile."""
    session = Session([*map(profile_of, given), *SHIPPED])
    token = _session.set(session)
    try:
        yield session
    finally:
        _session.reset(token)


def seen_device(manufacturer: str, model: str, software: str) -> None:
    """Call as soon as the file has said who wrote it; what is asked before is not answered."""
    if session := _session.get():
        session.seen_device(manufacturer, model, software)


def unit(field: str, stated: str, size: Decimal | None = None) -> str:
    """The unit to read for the one stated; `size` is the number it belongs to."""
    session = _session.get()
    return session.unit(field, stated, size) if session else stated


def lead(field: str, stated: str) -> str | None:
    """The canonical lead of a code or label (`-aVR` keeps its sign); None: as the file says."""
    session = _session.get()
    return session.lead(field, stated) if session else None


def measurement(field: str, stated: str) -> MeasurementRule | None:
    """What a code measures, and its unit where the file gives none; None: as the file says."""
    session = _session.get()
    return session.measurement(field, stated) if session else None


def date(field: str, stated: str) -> dt.date | None:
    """A date of three numbers by the order the profile tells; None where it tells none."""
    session = _session.get()
    return session.date(field, stated) if session else None


def date_order(field: str) -> str:
    """DMY, MDY or YMD for dates whose order the file does not tell; empty where none is known."""
    session = _session.get()
    return session.date_order(field) if session else ""
