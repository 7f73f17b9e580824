"""Key stores, people and stored things for tests of keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from apps.audit.models import AuditEvent
from apps.tenants import keyrings
from apps.tenants.models import DataKey, Organization, User
from tests.factories import inside, make_organization, make_user


def own_kek_file(settings: Any, folder: Path) -> Path:
    """A key file of the test's own; whatever is made from here on is wrapped there."""
    path = folder / "kek.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"organizations": {}}))
    settings.KEK_FILE = str(path)
    return path


def new_organization(slug: str = "northside") -> Organization:
    return make_organization(slug)


def keys_of(organization: Organization) -> list[DataKey]:
    with inside(organization):
        return list(DataKey.objects.order_by("id"))


def states_of(organization: Organization) -> list[str]:
    return [key.state for key in keys_of(organization)]


def events_of(organization: Organization, what: str) -> list[dict[str, Any]]:
    with inside(organization):
        found = AuditEvent.objects.filter(code=f"tenants.data_key.{what}").order_by("seq")
        return [json.loads(event.details) for event in found]


def staff(**fields: Any) -> User:
    return make_user(None, **({"is_staff": True} | fields))


def as_a_new_process(organization: Organization) -> None:
    """Nothing of the organization is held in memory."""
    keyrings.forget(organization.pk)
