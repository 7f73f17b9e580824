"""Rows, filters and views of the worklist."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from apps.ecg.model_recording import Source
from apps.ecg.models import Priority
from apps.reports.assigning import may_assign
from apps.reports.models import Report
from apps.reports.presence import others_reading
from apps.reports.queries import Filters
from apps.tenants.access import Active
from apps.tenants.models import Site, User
from apps.web.identity import Identity, identity_of
from apps.web.numbers import whole
from apps.web.similar import Person, similar
from apps.web.times import waited

QTC_NAMES = ("qtc_fridericia_ms", "qtc_bazett_ms", "qtc_ms")
STATUSES = {"": "unsigned", "prelims": "to sign", "amending": "being amended", "signed": "signed"}
# Hours that a report has waited, as filters.
WAITS = {"1": "over 1 h", "4": "over 4 h", "24": "over 24 h"}
PRIORITY_TAGS = {Priority.STAT: "tag-stat", Priority.URGENT: "tag-plain"}


@dataclass(frozen=True, slots=True)
class Row:
    report: Report
    identity: Identity
    priority: str
    priority_tag: str
    waited: str
    statement: str
    numbers: str
    order: str
    requester: str
    asked_by: str
    reader: str
    mine: bool
    is_similar: bool
    in_question: bool
    locked_by: str
    may_take: bool
    may_release: bool
    may_assign: bool


def rows(
    reports: list[Report], reader: User, now: dt.datetime, *, active: Active | None = None
) -> list[Row]:
    """What the person may do with each is of their role; nothing where it is not given."""
    alike = similar(_person(report) for report in reports)
    return [_row(report, reader, now, active, alike) for report in reports]


def _person(report: Any) -> Person:
    patient = report.recording.patient
    number = report.identifiers[0]["value"] if report.identifiers else ""
    return Person(patient.pk, patient.family_name, patient.given_name, number, patient.born_on)


def _row(
    report: Any, reader: User, now: dt.datetime, active: Active | None, alike: set[Any]
) -> Row:
    other = others_reading(report, reader, now)
    reads = active is not None and active.may("edit_report")
    takes = reads and report.status in Report.OPEN
    pairs = [(part["value"], part["authority"]) for part in report.identifiers]
    made = report.recording.acquired_at or report.recording.received_at
    priority = list(Priority)[max(report.priority_rank, 0)]
    return Row(
        report=report,
        identity=identity_of(report.recording.patient, pairs, made.date()),
        priority="Critical" if report.is_critical else str(priority.label),
        priority_tag="tag-critical"
        if report.is_critical
        else PRIORITY_TAGS.get(priority, "tag-plain"),
        waited=waited(report.waiting_since, now),
        statement=_signed(report) or _said(report.statements),
        numbers=_numbers(report.numbers, report.recording.is_synthetic),
        order=f"Order {report.order['number']}" if report.order else "",
        requester=report.order["requester"] if report.order else "",
        asked_by=Chosen(by=report.order["name"]).address() if report.order else "",
        reader=_reader(report, reader),
        mine=reader.pk in (report.assigned_to_id, report.draft_saved_by_id),
        is_similar=report.recording.patient_id in alike,
        in_question=report.in_question,
        locked_by=str(other.by) if other else "",
        may_take=takes and report.assigned_to_id is None and other is None,
        may_release=takes and report.assigned_to_id == reader.pk,
        may_assign=active is not None and may_assign(active, report, reader),
    )


def _signed(report: Any) -> str:
    """Once a reader has signed, their words stand where the machine's stood."""
    return " · ".join((report.signed_text or "").splitlines()) if report.is_final else ""


def _said(statements: list[dict[str, Any]]) -> str:
    """Those of the source that speaks first; what others say of the same is on the ECG's page."""
    first = statements[0]["source"] if statements else ""
    return " · ".join(part["text"] for part in statements if part["source"] == first)


def _numbers(parts: list[dict[str, Any]], is_synthetic: bool) -> str:
    """HR 98 /min · QRS 152 ms · QTc 469 ms: the platform's where it has one, else the device's."""
    held: dict[str, Decimal] = {}
    for part in sorted(parts, key=lambda part: part["source"] == Source.PLATFORM):
        held[part["name"]] = Decimal(str(part["value"]))
    qtc = next((held[name] for name in QTC_NAMES if name in held), None)
    shown = (
        ("HR", held.get("heart_rate_bpm"), "/min"),
        ("QRS", held.get("qrs_ms"), "ms"),
        ("QTc", qtc, "ms"),
    )
    words = [f"{label} {whole(value)} {unit}" for label, value, unit in shown if value is not None]
    return " · ".join([*words, *(["synthetic"] if is_synthetic else [])])


def _reader(report: Report, reader: User) -> str:
    """Who took it, else who wrote in it."""
    person = report.assigned_to or report.draft_saved_by
    if person is None:
        return ""
    return "You" if person.pk == reader.pk else str(person)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of an address: all words of our own, never of a patient."""

    status: str = ""
    priority: str = ""
    site: uuid.UUID | None = None
    mine: bool = False
    wait: str = ""
    by: uuid.UUID | None = None

    @classmethod
    def from_query(cls, query: Any) -> Chosen:
        """What is not understood is left out."""
        return cls(
            status=query.get("status", "") if query.get("status", "") in STATUSES else "",
            priority=query.get("priority", "") if query.get("priority") in Priority.values else "",
            site=name_in(query.get("site")),
            mine=query.get("mine") == "1",
            wait=query.get("wait", "") if query.get("wait") in WAITS else "",
            by=name_in(query.get("by")),
        )

    def filters(
        self, places: list[Site], asked_by: str, reader: User, now: dt.datetime, text: str = ""
    ) -> Filters:
        """`asked_by` is who `by` names; `text` is of a patient and stands in no address."""
        before = now - dt.timedelta(hours=int(self.wait)) if self.wait else None
        return Filters(
            signed=self.status == "signed",
            amending=self.status == "amending",
            handed_over=self.status == "prelims",
            priority=Priority(self.priority) if self.priority else None,
            site=next((site for site in places if site.public_id == self.site), None),
            mine=reader if self.mine else None,
            waiting_before=before,
            asked_by=asked_by,
            text=text,
        )

    @property
    def narrowed(self) -> list[str]:
        """Which filters are on, but for the site: every view is of one, where one is chosen."""
        names = ("status", "priority", "mine", "wait", "by")
        return [name for name in names if getattr(self, name)]

    def address(self, **more: Any) -> str:
        """This choice, changed, as a relative address."""
        changed = replace(self, **{k: v for k, v in more.items() if k in self.__slots__})
        parts = {
            "status": changed.status,
            "priority": changed.priority,
            "site": changed.site or "",
            "mine": "1" if changed.mine else "",
            "wait": changed.wait,
            "by": changed.by or "",
            "after": more.get("after") or "",
            "seen": more.get("seen") or "",
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value})


def name_in(text: str | None) -> uuid.UUID | None:
    """A public id from an address; None for anything else."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    address: str


def chips(chosen: Chosen, filters: Filters) -> list[Chip]:
    found = [Chip(f"Status: {STATUSES[chosen.status]}", chosen.address(status=""))]
    if not chosen.status:
        found.clear()
    if filters.site:
        found.append(Chip(f"Site: {filters.site.name}", chosen.address(site=None)))
    if filters.priority:
        found.append(Chip(f"Priority: {filters.priority.label}", chosen.address(priority="")))
    if filters.mine:
        found.append(Chip("Mine", chosen.address(mine=False)))
    if chosen.wait:
        found.append(Chip(f"Waiting {WAITS[chosen.wait]}", chosen.address(wait="")))
    if filters.asked_by:
        found.append(Chip(f"Requested by: {filters.asked_by}", chosen.address(by=None)))
    if filters.text:
        found.append(Chip("This patient search", chosen.address()))
    return found


# Of views: no filter is in the way, there is nothing.
NOTHING = {
    "": ("Nothing to read{}.", " New ECGs appear here by themselves."),
    "mine": ("Nothing{} is under your name.", " Take an ECG from “To read”, or open one."),
    "stat": ("No STAT or critical ECG waits{}.", ""),
    "prelims": ("No draft waits for signature{}.", ""),
    "amending": ("No report{} is being amended.", ""),
    "signed": ("Nothing is signed{} yet.", ""),
}


def nothing_here(chosen: Chosen, filters: Filters) -> str:
    """What an empty list says: of a view that there is nothing, of other choices to widen them."""
    view = {"priority": chosen.priority, "status": chosen.status, "mine": "mine"}
    names = [view.get(name, "none") for name in chosen.narrowed] or [""]
    if filters.text or len(names) > 1 or names[0] not in NOTHING:
        return "No ECG matches. Remove a filter to widen."
    words, more = NOTHING[names[0]]
    return words.format(f" at {filters.site.name}" if filters.site else "") + more
