"""The proof at the end of an import: every file that was offered is in exactly one place."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from django.db import transaction

from apps.core.csv_export import write_table
from apps.core.leases import Leased
from apps.ingestion.models import Ingress

AT_ONCE = 1000
Outcome, State = Ingress.Outcome, Leased.State

ACCEPTED, LINKED, DUPLICATE, REFUSED, LOST = "accepted", "linked", "duplicate", "refused", "lost"
OPEN = (State.RECEIVED, State.PROCESSING)


@dataclass(slots=True)
class Line:
    """What became of one file; `code` and `message` where it was refused."""

    file: str
    ingress: str = ""
    outcome: str = ""
    recording: str = ""
    code: str = ""
    message: str = ""


@dataclass(slots=True)
class Counted:
    """`offered` is the sum of the others; `in_work` are among the accepted."""

    offered: int = 0
    accepted: int = 0
    linked: int = 0
    duplicate: int = 0
    refused: int = 0
    lost: int = 0
    in_work: int = 0

    def words(self) -> str:
        work = f" ({self.in_work:,} still in work)" if self.in_work else ""
        lost = f", {self.lost:,} LOST" if self.lost else ""
        return (
            f"Offered {self.offered:,} = {self.accepted:,} accepted{work} + {self.linked:,} linked"
            f" + {self.duplicate:,} duplicate + {self.refused:,} refused{lost}"
        )


def bring_up_to_date(lines: list[Line]) -> None:
    """What the organization's rows say of each arrival now. Call in its scope."""
    named = [line for line in lines if line.ingress]
    for start in range(0, len(named), AT_ONCE):
        some = named[start : start + AT_ONCE]
        found = {str(row.public_id): row for row in _rows(line.ingress for line in some)}
        for line in some:
            _tell(line, found.get(line.ingress))


def is_open(line: Line) -> bool:
    return line.outcome == Outcome.PENDING and not line.code


def counted(lines: Iterable[Line]) -> Counted:
    kinds = Counter(_kind(line) for line in lines)
    work = kinds.pop("in_work", 0)
    kinds[ACCEPTED] += work
    return Counted(offered=kinds.total(), in_work=work, **kinds)


def write_report(path: Path, lines: Iterable[Line]) -> None:
    """A line a file, with tabs between; for its owner only, as it holds names. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    with open(part, "w", encoding="utf-8", errors="surrogateescape", opener=_private) as out:
        names = ["kind", *(field.name for field in fields(Line))]
        write_table(out, names, map(_cells, lines))
    part.replace(path)


def _cells(line: Line) -> list[str]:
    kind = _kind(line)
    return [ACCEPTED if kind == "in_work" else kind, *astuple(line)]


def _kind(line: Line) -> str:
    if line.code:
        return LOST if line.code == LOST else REFUSED
    if line.outcome == Outcome.SAME_BYTES:
        return DUPLICATE
    if line.outcome == Outcome.PENDING:
        return "in_work"
    return ACCEPTED if line.outcome in (Outcome.NEW, Outcome.DOCUMENT) else LINKED


@transaction.atomic
def _rows(names: Iterator[str]) -> list[Ingress]:
    return list(Ingress.objects.select_related("recording").filter(public_id__in=list(names)))


def _tell(line: Line, row: Ingress | None) -> None:
    if row is None:
        line.code, line.message = LOST, "Its arrival is not there any more. Run the command again."
        return
    line.outcome = row.outcome
    line.recording = str(row.recording.public_id) if row.recording else ""
    if row.state in (State.QUARANTINED, State.DEAD):
        line.code = row.error_code or "given-up"
        line.message = row.refusal_message or "Given up after several attempts; see Arrivals."
    elif row.state in OPEN:
        line.outcome = Outcome.PENDING


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
