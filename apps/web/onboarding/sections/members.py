"""People and their roles. No password is ever in a file: who has none is invited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from apps.tenants.actions import add_member, get_or_create_user
from apps.tenants.models import Membership, Organization, Site, User
from apps.web.onboarding.fields import (
    Field,
    Fields,
    Rows,
    choice,
    email,
    needed,
    record,
    rows,
    text,
)
from apps.web.onboarding.section import Section

FIELDS = {
    "name": needed(text(150)),
    "email": needed(email),
    "role": needed(choice(Membership.Role.values)),
    "site": Field(text(120)),
}


def _read(node: yaml.Node, path: str) -> tuple[str, Fields]:
    given = record(node, path, FIELDS)
    return given.pop("email"), given | {"active": True}


def _present() -> Rows:
    members = Membership.objects.select_related("user", "site").order_by("user__email")
    return {
        member.user.email: {
            "name": member.user.full_name,
            "role": member.role,
            "site": member.site.name if member.site else None,
            "active": member.is_active,
        }
        for member in members
    }


def _write(organization: Organization, address: str, fields: Fields) -> Membership:
    user = get_or_create_user(address, fields["name"], None)
    site = Site.objects.get(name=fields["site"]) if fields["site"] else None
    return add_member(organization, user, fields["role"], site=site)


def _said(rows_: Rows) -> Any:
    return [
        {"name": fields["name"], "email": address, "role": fields["role"], "site": fields["site"]}
        for address, fields in rows_.items()
    ]


def to_invite(addresses: Iterable[str]) -> list[str]:
    """Those whose account is missing or has no password yet."""
    known = {user.email: user for user in User.objects.filter(email__in=list(addresses))}
    return [
        address
        for address in addresses
        if address not in known or not known[address].has_usable_password()
    ]


MEMBERS = Section(
    key="users",
    word="user",
    field=Field(rows(_read), {}),
    present=_present,
    write=_write,
    said=_said,
    fixed=frozenset({"name"}),
)
