"""When a signer says the last digits of the MRN: only where a mix-up is likely (UX principle 3)."""

from __future__ import annotations

import datetime as dt

from apps.ingestion.case_queries import cases_of
from apps.reports import queries
from apps.reports.models import Report
from apps.tenants.access import Active
from apps.web.identity import identity_on
from apps.web.similar import Person, similar
from apps.web.times import NOT_KNOWN

DIGITS = 3


def risks(active: Active, report: Report, now: dt.datetime) -> list[str]:
    """In words, why this patient is easily taken for another; empty as a rule."""
    found = []
    if cases_of(active, report.recording):
        found.append("A question of identity about this ECG is open.")
    mine = report.recording.patient
    others = queries.namesakes(active, report, now)
    people = [
        Person(row.pk, row.family_name, row.given_name, "", row.born_on) for row in (mine, *others)
    ]
    if mine.pk in similar(people):
        found.append("Another patient on the list has a similar name.")
    return found


def asked_digits(report: Report) -> str:
    """The last characters of the MRN that are said; empty where it is not known."""
    mrn = identity_on(report.recording).mrn
    said = "".join(sign for sign in mrn if sign.isalnum())
    return "" if mrn == NOT_KNOWN else said[-DIGITS:]
