"""Writing what recordings are found by, in the transaction of whatever changed it.

Only what differs from the terms there are is written: most changes change few of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Q

from apps.ecg.models import Recording
from apps.reports.models import SearchTerm
from apps.reports.search.changes import changes_of
from apps.reports.search.facts import CHANGE, GONE, IS, NEW, NUMBER, PRIOR, Held, facts_of
from apps.reports.search.gather import Kept, gather, kept_of

OF_REPORT, OF_CHANGES = "report.", (PRIOR, NEW, GONE, CHANGE)


@dataclass(frozen=True, slots=True)
class Linked:
    """A recording among those of its patient: which is its prior, and whose prior it is."""

    key: int
    organization_id: int
    at: dt.datetime
    prior: int | None
    following: int | None


@dataclass(slots=True)
class Difference:
    """Terms to be written and, by recording, those to be taken away before."""

    written: list[SearchTerm] = field(default_factory=list)
    stale: dict[int, list[str]] = field(default_factory=dict)

    def add(self, place: Linked, kept: Kept, wanted: Iterable[Held]) -> None:
        """What `place` is to be found by instead of what is kept."""
        named = {held.term[:160]: held for held in wanted}
        stands = {term for term, held in named.items() if _same(kept.get(term), held, place.at)}
        if gone := [term for term in kept if term not in stands]:
            self.stale[place.key] = gone
        self.written += [
            SearchTerm(
                organization_id=place.organization_id,
                recording_id=place.key,
                term=term,
                value=held.value,
                source=held.source,
                at=place.at,
            )
            for term, held in named.items()
            if term not in stands
        ]

    def write(self) -> None:
        if self.stale:
            gone = Q()
            for key, terms in self.stale.items():
                gone |= Q(recording=key, term__in=terms)
            SearchTerm.objects.filter(gone).delete()
        SearchTerm.objects.bulk_create(self.written, ignore_conflicts=True)


def _same(kept: tuple[Held, dt.datetime] | None, held: Held, at: dt.datetime) -> bool:
    if kept is None:
        return False
    before, when = kept
    return (before.source, before.value, when) == (held.source, held.value, at)


@transaction.atomic(savepoint=False)
def renew(recordings: Iterable[Recording]) -> None:
    """Terms of these and of those whose prior they are. What has no report yet has no terms."""
    links = linked([recording.pk for recording in recordings])
    if links:
        write_facts([link.key for link in links])
        following = [link.following for link in links if link.following is not None]
        write_changes([*links, *(linked(following) if following else [])])


def linked(keys: Sequence[int]) -> list[Linked]:
    """Those that have a report, with the newest earlier recording of the same patient, as a report
    prints it, and the next."""
    with connection.cursor() as cursor:
        cursor.execute(_LINKED, [list(keys)])
        return [Linked(*row) for row in cursor.fetchall()]


# A recording without a time is neither earlier nor later than another.
_LINKED = """
    SELECT r.id, r.organization_id, coalesce(r.acquired_at, r.received_at),
           (SELECT o.id FROM ecg_recording o
             WHERE o.patient_id = r.patient_id AND o.acquired_at < r.acquired_at
               AND NOT o.is_canary ORDER BY o.acquired_at DESC, o.id DESC LIMIT 1),
           (SELECT o.id FROM ecg_recording o
             WHERE o.patient_id = r.patient_id AND o.acquired_at > r.acquired_at
               AND NOT o.is_canary ORDER BY o.acquired_at, o.id LIMIT 1)
      FROM ecg_recording r
     WHERE r.id = ANY(%s) AND NOT r.is_canary
       AND EXISTS (SELECT FROM reports_report p WHERE p.recording_id = r.id)"""


def write_facts(keys: Sequence[int]) -> None:
    """What repeats another recording is found by that one."""
    found, difference, of_report = gather(keys), Difference(), []
    for row in found.recordings:
        kept, is_repeat = found.kept[row.pk], row.duplicate_of_id is not None
        at = row.acquired_at or row.received_at
        place = Linked(row.pk, row.organization_id, at, None, None)
        facts = [] if is_repeat else facts_of(row, found.rows[row.pk])
        difference.add(place, _but(kept, OF_REPORT, *(() if is_repeat else OF_CHANGES)), facts)
        times = {when for term, (_, when) in kept.items() if term.startswith(OF_REPORT)}
        if times != (set() if is_repeat else {at}):
            of_report.append(row.pk)
    difference.write()
    if of_report:
        _write_report_terms(of_report)


def _write_report_terms(keys: Sequence[int]) -> None:
    """The database writes these itself; here where a recording's time or twin has changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT app.write_report_terms(organization_id, id)
               FROM ecg_recording WHERE id = ANY(%s)""",
            [list(keys)],
        )


def write_changes(links: Sequence[Linked]) -> None:
    """What is new, gone or changed since the prior as it is now indexed."""
    kept = _kept({link.key for link in links} | {link.prior for link in links if link.prior})
    difference = Difference()
    for link in links:
        held = kept.get(link.key, {})
        before = None if link.prior is None else _spoken(kept.get(link.prior))
        wanted = changes_of(_spoken(held) or {}, before) if held else ()
        difference.add(link, _only(held, OF_CHANGES), wanted)
    difference.write()


def _kept(keys: Iterable[int]) -> dict[int, Kept]:
    """By recording; one that is not indexed is missing."""
    found: dict[int, Kept] = {}
    for key, term, source, value, at in kept_of(list(keys)):
        found.setdefault(key, {})[term] = (Held(term, source, value), at)
    return found


def _spoken(kept: Kept | None) -> Mapping[str, Held] | None:
    """Statements and numbers by term; None of what is not indexed."""
    if kept is None:
        return None
    return {term: held for term, (held, _) in kept.items() if term.startswith((IS, NUMBER))}


def _only(kept: Kept, kinds: Sequence[str]) -> Kept:
    return dict(_of(kept, kinds, are=True))


def _but(kept: Kept, *kinds: str) -> Kept:
    return dict(_of(kept, kinds, are=False))


def _of(
    kept: Kept, kinds: Sequence[str], *, are: bool
) -> Iterator[tuple[str, tuple[Held, dt.datetime]]]:
    return ((term, row) for term, row in kept.items() if term.startswith(tuple(kinds)) is are)
