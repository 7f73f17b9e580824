"""Making an organization what its file says, one section after the other, live last."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Model

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.tenants import storage
from apps.tenants.actions import open_organization, put_live
from apps.tenants.claims import Taken
from apps.tenants.models import Organization, User
from apps.web.onboarding.plan import EVERY, LIVE_FIELD, Line, compare, plan, refused_row
from apps.web.onboarding.section import Section, of_another
from apps.web.onboarding.sections.data_key import DATA_KEY
from apps.web.onboarding.sections.organization import ORGANIZATION
from apps.web.onboarding.wanted import Wanted

Report = Callable[[Line], None]

# Made together, before anything else can be.
OPENED = {ORGANIZATION.word, DATA_KEY.word}


def apply(wanted: Wanted, report: Report, *, actor: User | None = None) -> None:
    """Do what the plan says, telling each change once it is committed. Killed, it is run again.

    `actor` is who asked for it in the admin; None for a command.

    Raises Refused before anything is changed, save where somebody else took an address meanwhile.
    """
    opening = [line for line in plan(wanted) if line.action == "create" and line.word in OPENED]
    organization = open_organization(wanted.new_organization())
    for line in opening:
        report(line)
    for section in EVERY:
        for line in _written(section, wanted, organization, actor):
            report(line)
    if not organization.is_live:
        put_live(organization)
        report(Line("change", "live", wanted.slug, LIVE_FIELD))


def _written(
    section: Section, wanted: Wanted, organization: Organization, actor: User | None
) -> list[Line]:
    """One section in one transaction, compared again once nobody else onboards this one."""
    with organization_scope(organization.pk), transaction.atomic():
        inside = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        lines = [line for line in compare(section, wanted, inside) if line.changes]
        for line in lines:
            row = _write(section, wanted, inside, line)
            names = sorted(name for name, _, _ in line.fields)
            code = "tenants.organization.configured"
            audit.record(code, row, actor=actor, state=line.action, field=names)
    return lines


def _write(section: Section, wanted: Wanted, organization: Organization, line: Line) -> Model:
    try:
        return section.write(organization, line.name, wanted.of(section)[line.name])
    except Taken as taken:
        raise refused_row(wanted, section, line.name, f"is now {of_another(taken)}") from None
    except storage.Refused as refused:
        raise refused_row(wanted, section, line.name, str(refused)) from None
