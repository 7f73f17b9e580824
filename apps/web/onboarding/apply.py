"""Making an organization what its file says, one section after the other, live last."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.integrations.addresses import AddressTaken
from apps.tenants.actions import open_organization, organization_for_platform, put_live
from apps.tenants.models import Organization
from apps.web.onboarding.plan import EVERY, LIVE_FIELD, Line, compare, plan
from apps.web.onboarding.problems import Problem, Refused
from apps.web.onboarding.section import Section
from apps.web.onboarding.sections.organization import ORGANIZATION
from apps.web.onboarding.wanted import Wanted

Report = Callable[[Line], None]


def apply(wanted: Wanted, report: Report) -> None:
    """Do what the plan says, telling each change once it is committed. Killed, it is run again.

    Raises Refused before anything is changed, save where somebody else took an address meanwhile.
    """
    plan(wanted)
    is_new = organization_for_platform(wanted.slug) is None
    organization = open_organization(wanted.new_organization())
    if is_new:
        fields = tuple((name, None, value) for name, value in wanted.head.items())
        report(Line("create", ORGANIZATION.word, wanted.slug, fields))
    for section in EVERY:
        for line in _written(section, wanted, organization):
            report(line)
    if not organization.is_live:
        put_live(organization)
        report(Line("change", "live", wanted.slug, LIVE_FIELD))


def _written(section: Section, wanted: Wanted, organization: Organization) -> list[Line]:
    """One section in one transaction, compared again once nobody else onboards this one."""
    with organization_scope(organization.pk), transaction.atomic():
        inside = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        lines = [line for line in compare(section, wanted, inside) if line.changes]
        for line in lines:
            _write(section, wanted, inside, line)
    return lines


def _write(section: Section, wanted: Wanted, organization: Organization, line: Line) -> None:
    try:
        row = section.write(organization, line.name, wanted.of(section)[line.name])
    except AddressTaken as taken:
        message = f"is now an address of the organization {taken.holder.slug}"
        raise Refused(Problem(0, f"{section.key}[{line.name}]", message)) from None
    names = sorted(name for name, _, _ in line.fields)
    audit.record("tenants.organization.configured", row, state=line.action, field=names)
