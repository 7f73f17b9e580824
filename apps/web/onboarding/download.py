"""An organization as the file that would make it: planned, that file changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml
from django.db import transaction

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.tenants.models import Organization, User
from apps.web.onboarding.fields import Rows
from apps.web.onboarding.sections import SECTIONS
from apps.web.onboarding.sections.organization import ORGANIZATION

NOTE = """\
# As it is now. Secrets are not in it: what is kept stays where the file names none.
"""


class _Dumper(yaml.SafeDumper):
    """Amounts as plain numbers, each row on a line of its own."""


def _amount(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value.normalize():f}"
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Dumper.add_representer(Decimal, _amount)


def organization_file(organization: Organization, *, actor: User | None = None) -> str:
    """YAML of what a file can say. Call with no scope open; the reading is on the record."""
    with organization_scope(organization.pk), transaction.atomic():
        document = dict(ORGANIZATION.said(ORGANIZATION.present()))
        for section in SECTIONS:
            rows = _in_use(section.present())
            if rows:
                document[section.key] = _without_empty(section.said(rows))
        inside = Organization.objects.get(pk=organization.pk)
        audit.record("tenants.organization.described", inside, actor=actor)
    return NOTE + "".join(map(_written, document.items()))


def _in_use(rows: Rows) -> Rows:
    return {name: fields for name, fields in rows.items() if fields.get("active", True)}


def _without_empty(said: Any) -> Any:
    if isinstance(said, list):
        return [_without_empty(row) for row in said]
    if isinstance(said, dict):
        return {key: value for key, value in said.items() if value not in (None, "", [])}
    return said


def _written(part: tuple[str, Any]) -> str:
    """One row a line, so that a difference of two files is one of rows."""
    key, value = part
    if not isinstance(value, list):
        return f"{key}: {_dump(value)}\n"
    return f"{key}:\n" + "".join(f"  - {_dump(row)}\n" for row in value)


def _dump(value: Any) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
    )
    return text.removesuffix("\n...\n").rstrip("\n")
