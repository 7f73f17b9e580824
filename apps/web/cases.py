"""A question of identity as its page shows it: what is held beside what each copy says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.ecg.models import Patient, Recording
from apps.ingestion.cases import CHOICES, OF_A_COPY
from apps.ingestion.copies import time_of
from apps.ingestion.models import IdentityCase, RecordingArrival
from apps.web.format_names import format_name
from apps.web.identity import identity_on
from apps.web.times import NOT_KNOWN, acquired, day, moment, zone_of

Kind = IdentityCase.Kind

QUESTIONS = {
    Kind.IDENTITY_CONFLICT: "The same signal came under another patient. Nothing held was changed,"
    " nothing was charged. Whose ECG is it?",
    Kind.CORRECTION: "The same ECG came again with other demographics. Which are right?",
    Kind.TIME_CONFLICT: "The same signal came with another time. Which time is right?",
    Kind.UID_COLLISION: "Two different signals came under one object name, which should name one."
    " Both are kept. Are they two ECGs?",
    Kind.POSSIBLE_DUPLICATE: "Two recordings of one patient within two minutes look alike in at"
    " least four leads. Are they the same ECG?",
}


# Where nobody else's copy came: the report said to be of the patient was taken back.
RETRACTED = (
    "The signed report was retracted: it is of another patient. Whose ECG is it? If no copy here"
    " names the right patient, upload the file again with the right one. It is then read anew."
)

STATED = ("Name", "Born", "Sex", "MRN", "Assigned by", "Acquired")


@dataclass(frozen=True, slots=True)
class Cell:
    head: str
    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One side of the comparison; `arrival` is the copy that may be chosen."""

    head: str
    note: str
    values: dict[str, str]
    arrival: RecordingArrival | None = None

    @property
    def choice(self) -> str:
        """Two identifiers, so that nobody chooses by a number in a list."""
        return f"{self.head}: {self.values['Name']}, MRN {self.values['MRN']}"

    def names(self, arrival: int | None) -> bool:
        """Whether it is the copy of that key."""
        return self.arrival is not None and self.arrival.pk == arrival


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    cells: list[Cell]


def columns_of(case: IdentityCase, copies: Iterable[RecordingArrival]) -> list[Column]:
    """What is held, then each different copy; for two recordings the one and the other."""
    if case.other is not None:
        return [
            _of_recording("The later one", case.recording),
            _of_recording("The earlier one", case.other),
        ]
    held = _of_recording("We hold", case.recording)
    return [held, *_of_copies(case, copies)]


def lines_of(columns: list[Column]) -> list[Line]:
    """One line a field; whatever differs from the first column is marked."""
    held = columns[0].values
    return [
        Line(
            name,
            [Cell(one.head, one.values[name], _unlike(value, one.values[name])) for one in columns],
        )
        for name, value in held.items()
    ]


def copies_to_choose(columns: list[Column]) -> list[Column]:
    """Copies that say something else than what is held."""
    held = columns[0].values
    return [
        column
        for column in columns
        if column.arrival and any(_says_more(held[name], column.values[name]) for name in STATED)
    ]


def _says_more(held: str, stated: str) -> bool:
    return stated != NOT_KNOWN and stated.casefold() != held.casefold()


def _unlike(held: str, other: str) -> bool:
    known = NOT_KNOWN not in (held, other)
    return known and held.casefold() != other.casefold()


def _of_recording(head: str, recording: Recording) -> Column:
    who = identity_on(recording)
    values = {
        "Name": who.name,
        "Born": who.born,
        "Sex": who.sex,
        "MRN": who.mrn,
        "Assigned by": who.authority or NOT_KNOWN,
        "Acquired": acquired(recording) or NOT_KNOWN,
        "Device": str(recording.device or NOT_KNOWN),
        "Format": format_name(recording.format),
    }
    return Column(head, f"received {moment(recording.received_at, zone_of(recording))}", values)


def _of_copies(case: IdentityCase, copies: Iterable[RecordingArrival]) -> list[Column]:
    """Copies that say the same stand in one column, by the first of them."""
    seen: dict[str, list[RecordingArrival]] = {}
    for copy in copies:
        seen.setdefault(repr(sorted(copy.identity.items())), []).append(copy)
    zone = zone_of(case.recording)
    found = []
    for number, alike in enumerate(seen.values(), start=1):
        first, more = alike[0], len(alike) - 1
        note = f"received {moment(first.ingress.received_at, zone)}"
        note += f" and {more} more" if more else ""
        found.append(Column(f"Copy {number}", note, _stated(first.identity, case), first))
    return found


def _stated(stated: dict[str, Any], case: IdentityCase) -> dict[str, str]:
    name = ", ".join(part for part in (stated["family_name"].upper(), stated["given_name"]) if part)
    born = stated["born_on"]
    at = time_of(stated)
    return {
        "Name": name or NOT_KNOWN,
        "Born": day(dt.date.fromisoformat(born)) if born else NOT_KNOWN,
        "Sex": str(Patient.Sex(stated["sex"]).label),
        "MRN": stated["identifier"] or NOT_KNOWN,
        "Assigned by": stated["assigning_authority"] or NOT_KNOWN,
        "Acquired": moment(at, zone_of(case.recording)),
        "Device": NOT_KNOWN,
        "Format": NOT_KNOWN,
    }


def choices_of(case: IdentityCase) -> list[dict[str, Any]]:
    """What may be decided, in words, and whether a copy must be chosen with it."""
    labels = dict(IdentityCase.Decision.choices)
    return [
        {"value": one.value, "label": labels[one.value], "needs_copy": one in OF_A_COPY}
        for one in CHOICES[Kind(case.kind)]
    ]


def fields_shown(case: IdentityCase, lines: list[Line]) -> list[Line]:
    """Device and format are of recordings, not of what a copy says of its patient."""
    if case.other is not None:
        return lines
    return [line for line in lines if line.name not in ("Device", "Format")]
