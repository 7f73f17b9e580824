"""People from a CSV file: every line checked first, applied as often as one likes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.audit import actions as audit
from apps.tenants.actions import add_member
from apps.tenants.invitations import Wanted, invite
from apps.tenants.models import Invitation, Membership, Organization, Site, User

COLUMNS = ("email", "name", "role", "site")
MOST_LINES = 1000
# What makes a spreadsheet take a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

TO_INVITE, TO_CHANGE, UNCHANGED, WRONG = "invite", "change", "unchanged", "wrong"


class Unreadable(Exception):
    """The file as a whole is not what it should be; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file and what it comes to; `problem` says why it is left out."""

    number: int
    email: str
    full_name: str = ""
    role: str = ""
    site: Site | None = None
    problem: str = ""
    outcome: str = WRONG

    @property
    def words(self) -> str:
        return self.problem or WORDS[self.outcome]


WORDS = {
    TO_INVITE: "Will be invited",
    TO_CHANGE: "Role or site will change",
    UNCHANGED: "Nothing to do",
}


def plan(text: str, *, by: User) -> list[Line]:
    """What each line comes to, changing nothing. Raises Unreadable. Call in the scope."""
    planner = _Planner(by)
    return [planner.line(number, row) for number, row in _rows(text)]


@dataclass(frozen=True, slots=True)
class Applied:
    """The invitations still to be sent, and how many members were changed."""

    invited: list[Invitation]
    changed: int


@transaction.atomic
def apply(organization: Organization, lines: list[Line], *, by: User) -> Applied:
    """Lines with a problem are left out; a second time there is nothing left to do."""
    invited, changed = [], 0
    for line in lines:
        if line.outcome == TO_INVITE:
            wanted = Wanted(line.email, line.role, line.full_name, line.site)
            invited.append(invite(organization, wanted, by=by))
        elif line.outcome == TO_CHANGE:
            user = User.objects.get(email=line.email)
            place = {"site": line.site} if line.site else {}
            member = add_member(organization, user, line.role, **place)
            audit.record("tenants.membership.imported", member, actor=by, role=line.role)
            changed += 1
    return Applied(invited, changed)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or []]
        if not {"email", "role"} <= set(names) or set(names) - set(COLUMNS):
            raise Unreadable(f"The first line must name the columns: {', '.join(COLUMNS)}.")
        reader.fieldnames = names
        for count, row in enumerate(reader, start=1):
            if count > MOST_LINES:
                raise Unreadable(f"A file has {MOST_LINES} lines at most.")
            yield reader.line_num, row
    except csv.Error:
        raise Unreadable("This is no CSV file: check quotes and commas.") from None


class _Planner:
    """Knows the organization as it is, so that a line costs no query."""

    def __init__(self, by: User) -> None:
        self.by = by
        self.sites = {site.name.lower(): site for site in Site.objects.all()}
        members = Membership.objects.select_related("user", "site")
        self.members = {member.user.email: member for member in members}
        waiting = Invitation.objects.filter(state=Invitation.State.OPEN, sendings__gt=0)
        self.invited = {invitation.email: invitation for invitation in waiting}
        self.seen: set[str] = set()

    def line(self, number: int, row: dict[str, str]) -> Line:
        extra = None in row or None in row.values()
        cells = {key: (row.get(key) or "").strip() for key in COLUMNS}
        email = cells["email"].lower()
        problem = "The line has too many or too few cells." if extra else self._wrong(row, cells)
        if problem:
            return Line(number, email, cells["name"], cells["role"], problem=problem)
        self.seen.add(email)
        role, site = _role(cells["role"]), self.sites.get(cells["site"].lower())
        outcome = self._outcome(email, role, site)
        return Line(number, email, cells["name"], role, site, outcome=outcome)

    def _wrong(self, row: dict[str, str], cells: dict[str, str]) -> str:
        email = cells["email"].lower()
        if any(text.startswith(FORMULA) for text in (*row.values(), *cells.values()) if text):
            return "A cell begins with a sign that spreadsheets take for a formula."
        if not _is_address(email):
            return "This is no e-mail address."
        if email in self.seen:
            return "The address is on a line above."
        if email == self.by.email:
            return "Nobody changes the own role."
        if not _role(cells["role"]):
            return f"Unknown role. One of: {', '.join(Membership.Role.values)}."
        if len(cells["name"]) > 150:
            return "A name has 150 letters at most."
        if cells["site"] and cells["site"].lower() not in self.sites:
            return "There is no site of that name."
        return ""

    def _outcome(self, email: str, role: str, site: Site | None) -> str:
        held = self.members.get(email)
        there = held if held is not None and held.is_active else self.invited.get(email)
        if there is not None:
            same = there.role == role and (site is None or there.site_id == site.pk)
            if same:
                return UNCHANGED
        return TO_CHANGE if held is not None and held.is_active else TO_INVITE


def _role(text: str) -> str:
    """By its value or by its name."""
    wanted = text.strip().lower()
    return next((v for v, name in Membership.Role.choices if wanted in (v, name.lower())), "")


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= 254
