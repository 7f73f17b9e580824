"""The people of an export where it is recreated: those who are here already, and new accounts."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.db import transaction

from apps.tenants.models import User
from apps.web.offboarding import people
from apps.web.offboarding.names import Names
from apps.web.offboarding.verify import Export


def people_of(export: Export, names: Names) -> dict[int, int]:
    """Former number → account here, found by e-mail address or made without a password.

    Who has no membership in force is remembered only: such an account opens nothing.
    """
    working = _members(export)
    found: dict[int, int] = {}
    for line in export.lines("people.jsonl"):
        person = people.read_line(line)
        account = User.objects.filter(email=person["email"].lower()).first()
        account = account or _made(person, names, is_active=person["id"] in working)
        found[person["id"]] = account.pk
    return found


def _members(export: Export) -> set[int]:
    rows = (json.loads(line) for line in export.lines("tables/tenants_membership.jsonl"))
    return {row["user_id"] for row in rows if row["is_active"]}


@transaction.atomic
def _made(person: dict[str, Any], names: Names, *, is_active: bool) -> User:
    name = uuid.UUID(names.of(person["public_id"]))
    if User.objects.filter(public_id=name).exists():
        name = uuid.uuid4()
    account = User.objects.create_user(
        person["email"],
        full_name=person["full_name"],
        is_active=is_active and person["is_active"],
        public_id=name,
    )
    User.objects.filter(pk=account.pk).update(date_joined=person["date_joined"])
    return account
