"""Who is on call at a moment: a pure function of the rota and its hand-overs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`instead_of` is None for the rota itself, else whose cover `person` takes over.

    It holds from `begins_at` on and no longer at `ends_at`. Later entries have greater ids.
    """

    id: int
    person: int
    instead_of: int | None
    begins_at: dt.datetime
    ends_at: dt.datetime


def on_call(entries: Iterable[Entry], at: dt.datetime) -> list[int]:
    """People in the order of the rota, each once; hand-overs follow each other as written down."""
    now = sorted((e for e in entries if e.begins_at <= at < e.ends_at), key=lambda e: e.id)
    people = [entry.person for entry in now if entry.instead_of is None]
    for entry in now:
        if entry.instead_of in people:
            people = [entry.person if one == entry.instead_of else one for one in people]
    return list(dict.fromkeys(people))
