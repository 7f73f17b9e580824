"""The key that seals the organization's data: made with it, never named by a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model

from apps.tenants.keys import ensure_data_key
from apps.tenants.models import DataKey, Organization
from apps.web.onboarding.fields import Field, Fields, Rows, text
from apps.web.onboarding.section import Section, Target

WANTED: Rows = {"active": {"state": "active"}}


def _present() -> Rows:
    states = set(DataKey.objects.values_list("state", flat=True))
    if not states:
        return {}
    return WANTED if "active" in states else {"active": {"state": "destroyed"}}


def _write(organization: Organization, _name: str, _fields: Fields) -> Model:
    return ensure_data_key(organization) or organization


def _objections(target: Target) -> Iterator[str]:
    if target.before is not None and target.before != target.after:
        yield "was destroyed; the organization gets no other"


DATA_KEY = Section(
    key="",
    word="data key",
    field=Field(text(50)),
    present=_present,
    write=_write,
    said=lambda _: None,
    objections=_objections,
)
