"""Writing what recordings are found by, in the transaction of whatever changed it.

Only what differs from the terms there are is written: most changes change few of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction

from apps.ecg.models import Recording
from apps.reports.search.changes import changes_of
from apps.reports.search.facts import CHANGE, GONE, IS, NEW, NUMBER, PRIOR, facts_of
from apps.reports.search.gather import Found, Held, Kept, gather, kept_of

OF_REPORT, OF_CHANGES = ("report.",), (PRIOR, NEW, GONE, CHANGE)


@transaction.atomic(savepoint=False)
def renew(recordings: Iterable[Recording]) -> None:
    """Terms of these and of those whose prior they are. What has no report yet has no terms."""
    found = gather([recording.pk for recording in recordings])
    write_facts(found)
    following = [one.following for one in found if one.following is not None]
    write_changes([*found, *(gather(following) if following else [])])


def write_facts(found: Iterable[Found]) -> None:
    """What repeats another recording is found by that one."""
    of_report = []
    for one in found:
        aside = OF_REPORT if one.is_repeat else (*OF_REPORT, *OF_CHANGES)
        facts = () if one.is_repeat else facts_of(one)
        _replace(one, {t: h for t, h in one.kept.items() if not t.startswith(aside)}, facts)
        due = {held.is_due for term, held in one.kept.items() if term.startswith(OF_REPORT)}
        if due != (set() if one.is_repeat else {True}):
            of_report.append(one.key)
        if one.is_repeat:
            one.kept = {}
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


def write_changes(found: Sequence[Found]) -> None:
    """What is new, gone or changed since the prior as it is now indexed."""
    kept = {one.key: one.kept for one in found if one.kept}
    if missing := {one.prior for one in found if one.prior is not None} - set(kept):
        kept |= kept_of(sorted(missing))
    for one in found:
        before = None if one.prior is None else _spoken(kept.get(one.prior))
        wanted = changes_of(_spoken(one.kept) or {}, before) if one.kept else ()
        _replace(one, {t: h for t, h in one.kept.items() if t.startswith(OF_CHANGES)}, wanted)


def _spoken(kept: Kept | None) -> Mapping[str, Held] | None:
    """Statements and numbers by term; None of what is not indexed."""
    if kept is None:
        return None
    return {term: held for term, held in kept.items() if term.startswith((IS, NUMBER))}


def _replace(one: Found, kept: Kept, wanted: Iterable[Held]) -> None:
    """Make a recording be found by `wanted` instead of by these of its terms."""
    named = {held.term: held for held in wanted}
    stands = {term for term, held in named.items() if kept.get(term) == held}
    gone = [term for term in kept if term not in stands]
    written = {term: held for term, held in named.items() if term not in stands}
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "DELETE FROM reports_searchterm WHERE recording_id = %s AND term = ANY(%s)",
                [one.key, gone],
            )
        if written:
            sources = [held.source for held in written.values()]
            values = [held.value for held in written.values()]
            place = (one.organization_id, one.key, one.at)
            cursor.execute(_WRITE, (*place, list(written), sources, values))
    one.kept = {term: held for term, held in one.kept.items() if term not in gone} | written


_WRITE = """
    INSERT INTO reports_searchterm (organization_id, recording_id, at, term, source, value)
    SELECT %s, %s, %s::timestamptz, t.*
      FROM unnest(%s::text[], %s::text[], %s::double precision[]) t
    ON CONFLICT DO NOTHING"""
