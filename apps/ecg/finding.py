"""Finding patients by what begins their number or name, or by their birthday, a page at a time.

Row-level security lets only some comparisons use an index: a beginning is a range under the C
collation of a column that the database folds itself.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass

from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.lookups import GreaterThan

from apps.ecg.models import Patient, PatientIdentifier, Recording
from apps.tenants.access import Active
from apps.tenants.queries import permit

PAGE = 50
LONGEST, SHORTEST = 80, 2
# Behind every text that begins alike.
LAST = "\U0010ffff"
DAYS = ("%Y-%m-%d", "%d-%b-%Y", "%d %b %Y", "%d.%m.%Y")
ANY_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[- ][a-z]{3}[- ]\d{4}", re.IGNORECASE)


class NotAsked(Exception):
    """Nothing was looked for; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`kind` is born, number or name; `text` is folded as the database folds it."""

    kind: str
    text: str = ""
    born_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Patients by name, each with its identifiers, and the one the next page begins after."""

    patients: list[Patient]
    after: uuid.UUID | None


def asked(text: str) -> Asked:
    """A day, else a number where there is a digit, else a name. Raises NotAsked."""
    words = " ".join(text.replace(",", " ").split())[:LONGEST]
    if len(words) < SHORTEST:
        raise NotAsked("Write at least two characters of an MRN or a name, or a date of birth.")
    if ANY_DAY.fullmatch(words):
        return Asked("born", born_on=_day(words))
    if any(sign.isdigit() for sign in words):
        return Asked("number", words.replace(" ", "").lower())
    return Asked("name", words.lower())


def _day(words: str) -> dt.date:
    for form in DAYS:
        try:
            return dt.datetime.strptime(words, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise NotAsked("Write the date of birth as 1952-03-14 or 14-Mar-1952.")


def find(active: Active, wanted: Asked, after: uuid.UUID | None = None) -> Found:
    """At most a page; an `after` that is not here leaves nothing out."""
    permit(active, "view_recordings")
    rows = matching(wanted)
    if after is not None:
        rows = _behind(rows, after)
    found = list(rows.prefetch_related("identifiers")[: PAGE + 1])
    return Found(found[:PAGE], found[PAGE - 1].public_id if len(found) > PAGE else None)


def _behind(rows: QuerySet[Patient], after: uuid.UUID) -> QuerySet[Patient]:
    place = Patient.objects.filter(public_id=after).values_list("found_as", "pk").first()
    if place is None:
        return rows
    here = _row(F("found_as"), F("id"))
    return rows.filter(GreaterThan(here, _row(*map(Value, place))))


def matching(wanted: Asked) -> QuerySet[Patient]:
    """By name, then as they came, each with when the newest ECG was made."""
    newest = Recording.objects.filter(patient=OuterRef("pk"), acquired_at__isnull=False)
    rows = Patient.objects.annotate(
        newest=Subquery(newest.order_by("-acquired_at").values("acquired_at")[:1])
    )
    return rows.filter(_condition(wanted)).order_by("found_as", "id")


def _condition(wanted: Asked) -> Q:
    if wanted.born_on is not None:
        return Q(born_on=wanted.born_on)
    begins = Q(found_as__gte=wanted.text, found_as__lt=wanted.text + LAST)
    if wanted.kind == "name":
        return begins
    return Q(pk__in=PatientIdentifier.objects.filter(begins).values("patient"))


def _row(*parts: F | Value) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())
