"""The rows of the worklist as HTML.

A page has fifty of them: through the template engine they cost more than all else together.
Every value passes `_html`, which escapes it; the templates below are the only HTML.
"""

from __future__ import annotations

import html
import uuid
from collections.abc import Iterable
from functools import cache

from django.urls import reverse
from django.utils.safestring import SafeString

from apps.reports.models import Report
from apps.web.worklist import Row

ROW = (
    '<tr role="row" data-row{struck}{cursor} id="row-{id}">\n'
    '        <td role="cell" class="w-priority"><span class="tag {tag}">{priority}</span></td>\n'
    '        <td role="cell" class="w-wait">{wait}</td>\n'
    '        <td role="cell" class="w-patient"><a class="name" href="{study}">{name}</a>{tags}'
    '<span class="sub">{sex_and_age}<span class="fold"> · {born} · {mrn}</span></span></td>\n'
    '        <td role="cell" class="w-born">{born}</td>\n'
    '        <td role="cell" class="w-mrn">{mrn}</td>\n'
    '        <td role="cell" class="w-ecg">{said}{numbers}{order}</td>\n'
    '        <td role="cell" class="w-site">{site}</td>\n'
    '        <td role="cell" class="w-reader">{reader}{do}{assign}</td>\n'
    "      </tr>\n"
)
WAITS = '<time datetime="{0}" data-since="{0}">{1}</time>'
STATUS = '<span class="tag tag-ok">{}</span>'
SUB = '<span class="sub">{}</span>'
ASKED = '{} · <a href="{}" aria-label="Only requested by {}">{}</a>'
DO = (
    ' <button class="link" type="button" data-{do} hx-post="{to}" hx-vals=\'{{"do": "{do}"}}\''
    ' hx-target="#row-{id}" hx-swap="outerHTML" aria-label="{word}: {name}, {mrn}">{word}</button>'
)
ASSIGN = (
    ' <a class="assign" data-assign href="{}" aria-label="Assign to another reader: {}, {}">'
    "Assign…</a>"
)
RETRACTED = SafeString('<span class="tag tag-critical">Retracted</span>')
STRUCK = SafeString(' class="struck"')
NONE = SafeString("")
CURSOR = SafeString(" data-cursor")
UNSAID = SafeString('<span class="muted">No machine statement</span>')
SIMILAR = SafeString(' <span class="tag tag-warn">Similar name</span>')
IN_QUESTION = SafeString(' <span class="tag tag-warn">Identity open</span>')
TO_SIGN = SafeString(' <span class="tag tag-ok">To sign</span>')
AMENDING = SafeString(' <span class="tag tag-warn">Being amended</span>')
LONGEST = 90
ANY = uuid.UUID(int=0)


def _html(template: str, *values: object, **named: object) -> SafeString:
    """The template with its values escaped, but for those that are HTML already."""
    return SafeString(
        template.format(*map(_escaped, values), **{key: _escaped(v) for key, v in named.items()})
    )


def _escaped(value: object) -> str:
    return value if isinstance(value, SafeString) else html.escape(str(value))


@cache
def _list() -> str:
    return reverse("worklist")


@cache
def _pattern(route: str) -> str:
    return reverse(route, args=[ANY])


def _address(route: str, public_id: uuid.UUID) -> str:
    return _pattern(route).replace(str(ANY), str(public_id))


def rows_html(rows: Iterable[Row]) -> SafeString:
    """All of a page, the first with the cursor."""
    return SafeString("".join(row_html(row, first=not place) for place, row in enumerate(rows)))


def row_html(row: Row, *, first: bool = False) -> SafeString:
    report, identity = row.report, row.identity
    recording = report.recording
    return _html(
        ROW,
        struck=STRUCK if report.is_retracted else NONE,
        cursor=CURSOR if first else NONE,
        id=report.public_id,
        tag=row.priority_tag,
        priority=row.priority,
        wait=_wait(row),
        study=_address("recording", recording.public_id),
        name=identity.name,
        tags=_tags(row),
        sex_and_age=identity.sex_and_age,
        born=identity.born,
        mrn=identity.mrn,
        said=_short(row.statement) or UNSAID,
        numbers=_html(SUB, row.numbers) if row.numbers else NONE,
        order=_html(SUB, _order(row)) if row.order else NONE,
        site=recording.site.name if recording.site else "–",
        reader=_reader(row),
        do=_do(row),
        assign=_assign(row),
    )


def _wait(row: Row) -> SafeString:
    report = row.report
    if report.is_retracted:
        return RETRACTED
    if report.is_final:
        return _html(STATUS, report.get_status_display())
    return _html(WAITS, report.waiting_since.isoformat(), row.waited)


def _tags(row: Row) -> SafeString:
    shown = (
        (row.is_similar, SIMILAR),
        (row.in_question, IN_QUESTION),
        (row.report.submitted_at is not None, TO_SIGN),
        (row.report.status == Report.Status.AMENDING, AMENDING),
    )
    return SafeString("".join(tag for is_so, tag in shown if is_so))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _order(row: Row) -> SafeString:
    """The placer's number, and who asks: a way to all that they ask for."""
    if not row.requester:
        return _html("{}", row.order)
    address = f"{_list()}{row.asked_by}"
    return _html(ASKED, row.order, address, row.requester, row.requester)


def _reader(row: Row) -> str:
    if row.locked_by:
        return _html('<span class="tag">Reading: {}</span>', row.locked_by)
    if row.reader:
        return _html("<span>{}</span>", row.reader)
    return NONE if row.may_take else "–"


def _do(row: Row) -> SafeString:
    """Take it, or give it back."""
    if not (row.may_take or row.may_release):
        return NONE
    do, word = ("take", "Take") if row.may_take else ("release", "Release")
    return _html(
        DO,
        do=do,
        word=word,
        id=row.report.public_id,
        to=_address("report-take", row.report.public_id),
        name=row.identity.name,
        mrn=row.identity.mrn,
    )


def _assign(row: Row) -> SafeString:
    if not row.may_assign:
        return NONE
    address = _address("report-assign", row.report.public_id)
    return _html(ASSIGN, address, row.identity.name, row.identity.mrn)
