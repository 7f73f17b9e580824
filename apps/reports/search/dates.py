"""Days as people say them, in the zone of the organization: last month, since Monday, 3 March."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence

from apps.reports.search.days import DAYS, NO_DAY, UNCLEAR, Day, day_at, ordinal, same_month
from apps.reports.search.parts import Context, Found, Span, Term
from apps.reports.search.tokens import Phrases, Token, at

WHY = {
    UNCLEAR.text: "can be two days: write the month as a word, or 2026-03-01.",
    NO_DAY.text: "is no day of the calendar.",
}
ONE_DAY = dt.timedelta(days=1)
NAMED = Phrases(
    (phrase, phrase)
    for phrase in (
        "this week", "last week", "this month", "last month", "this year", "last year",
        "previous week", "previous month", "previous year", "past week", "past month", "past year",
    )
)  # fmt: skip
SPANS = {"hour": 0, "day": 1, "week": 7, "month": 30, "year": 365}
WITHIN = ("in", "within", "during", "over", "for")
STARTS = ("since", "after", "from", "starting", "as of")
ENDS = ("before", "until", "till", "to", "up to")


def match(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    return (
        _between(tokens, place, context)
        or _bordered(tokens, place, context)
        or _back(tokens, place, context)
        or _named(tokens, place, context)
        or _on(tokens, place, context)
    )


def _term(context: Context, first: dt.date | None, end: dt.date | None, text: str) -> Term:
    """From the first day on, before the day `end`."""
    since = None if first is None else context.midnight(first)
    until = None if end is None else context.midnight(end)
    return Term("date", span=Span(since, until), text=text)


def _found(length: int, term: Term) -> Found:
    return Found(length, (term,))


def _between(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    opened = at(tokens, place) in ("between", "from")
    first, width = day_at(tokens, place + opened, context)
    is_day = first is None and ordinal(tokens, place + opened) > 0
    if first is None and not is_day:
        return None
    link = place + opened + (width or 1)
    if at(tokens, link) not in ("and", "to", "until", "till", "-", "through"):
        return None
    if at(tokens, link) == "and" and not opened:
        return None
    last, more = day_at(tokens, link + 1, context)
    if last is not None and is_day:
        first = same_month(last, ordinal(tokens, place + opened))
    if first is None or last is None:
        return None
    length = link + 1 + more - place
    if not {first.text, last.text}.isdisjoint(WHY):
        return _refused(tokens, place, length, first if first.text in WHY else last)
    if first.first >= last.end:
        return Found(length, problem=f"{last.text} lies before {first.text}.")
    text = f"from {first.text} to {last.text}"
    return _found(length, _term(context, first.first, last.end, text))


def _bordered(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    word = at(tokens, place)
    if word not in (*STARTS, *ENDS):
        return None
    day, width = day_at(tokens, place + 1, context)
    if day is None:
        return None
    length = 1 + width
    if day.text in WHY:
        return _refused(tokens, place, length, day)
    if word == "after":
        return _found(length, _term(context, day.end, None, f"after {day.text}"))
    if word in STARTS:
        return _found(length, _term(context, day.first, None, f"since {day.text}"))
    if word == "before":
        return _found(length, _term(context, None, day.first, f"before {day.text}"))
    return _found(length, _term(context, None, day.end, f"until {day.text}"))


def _back(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    """The last 7 days end with today; the last 24 hours end now."""
    here = place
    while at(tokens, here) in (*WITHIN, "the"):
        here += 1
    if at(tokens, here) in ("last", "past", "previous", "these"):
        here += 1
    elif at(tokens, here - 1) != "within" or here == place:
        return _ago(tokens, place, context)
    here -= 1
    if here + 1 >= len(tokens) or tokens[here + 1].kind != "number":
        return None
    unit, count = at(tokens, here + 2), tokens[here + 1].key
    if unit not in SPANS or not count.isdecimal() or not 0 < int(count) <= 1000:
        return None
    text = f"last {count} {unit}{'' if int(count) == 1 else 's'}"
    length = here + 3 - place
    if unit == "hour":
        since = context.now - dt.timedelta(hours=int(count))
        return _found(length, Term("date", span=Span(since), text=text))
    return _found(length, _term(context, _earlier(context.today, unit, int(count)), None, text))


def _ago(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    """`3 days ago` is that day."""
    if at(tokens, place + 2) != "ago" or tokens[place].kind != "number":
        return None
    unit, count = at(tokens, place + 1), tokens[place].key
    if unit not in ("day", "week") or not count.isdecimal() or int(count) > 1000:
        return None
    day = context.today - int(count) * SPANS[unit] * ONE_DAY
    words = f"{count} {unit}{'' if int(count) == 1 else 's'} ago"
    return _found(3, _term(context, day, day + ONE_DAY, words))


def _earlier(today: dt.date, unit: str, count: int) -> dt.date:
    """So many calendar months or years back, or days of which today is the last."""
    if unit not in ("month", "year"):
        return today - dt.timedelta(days=SPANS[unit] * count - 1)
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    day = min(today.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day)


def _named(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    start = place + (at(tokens, place) in WITHIN)
    is_running = at(tokens, start) == "the" or at(tokens, place) == "within"
    start += at(tokens, start) == "the"
    name, width = NAMED.longest(tokens, start)
    if not width:
        return None
    length = start + width - place
    which, unit = name.split()
    if which == "past" or (which == "last" and is_running):
        first = _earlier(context.today, unit, 1)
        return _found(length, _term(context, first, None, f"last 1 {unit}"))
    first, end = _period(context.today, unit)
    if which != "this":
        first, end = _period(first - ONE_DAY, unit)
    word = "this" if which == "this" else "last"
    return _found(length, _term(context, first, end, f"{word} {unit}"))


def _period(day: dt.date, unit: str) -> tuple[dt.date, dt.date]:
    """The calendar week (from Monday), month or year of the day."""
    if unit == "week":
        first = day - dt.timedelta(days=day.weekday())
        return first, first + 7 * ONE_DAY
    if unit == "year":
        return dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1)
    first = day.replace(day=1)
    return first, (first + 31 * ONE_DAY).replace(day=1)


def _on(tokens: Sequence[Token], place: int, context: Context) -> Found | None:
    here = place + (at(tokens, place) in ("on", "in", "during", "of"))
    day, width = day_at(tokens, here, context)
    if day is None or (here == place and at(tokens, place) == "may"):
        return None
    length = here + width - place
    if day.text in WHY:
        return _refused(tokens, place, length, day)
    words = day.text if day.text in DAYS else f"on {day.text}"
    return _found(length, _term(context, day.first, day.end, words))


def _refused(tokens: Sequence[Token], place: int, length: int, day: Day) -> Found:
    written = " ".join(token.text for token in tokens[place : place + length])
    return Found(length, problem=f"“{written}” {WHY[day.text]}")
