"""The table of permissions as a page: `manage.py permissions` writes it, `--check` compares."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.tenants.models import Organization
from apps.tenants.organization_types import CLINICAL, SCOPES
from apps.tenants.permissions import INSIDE_ROLES, PLATFORM_ROLES, ROLE_NAMES, TABLE

HEAD = """# Permissions

Written by `manage.py permissions` from `apps/tenants/permissions.py`; a test fails if it is stale.
What is not in the table nobody may do, and a role that is not named may do nothing.

- Inside an organization every action reaches rows of that organization only. Another's are answered
  as if they did not exist: 404, alike in page and number of queries.
- Platform roles act outside organizations and reach configuration, counts and names of staff.
  No platform role, a superuser included, sees a clinical row without entering (break-glass).
- *{entered}* reads. It signs nothing, edits nothing, uploads, replays and exports nothing.
- An auditor sees the platform's own random ids, states, times and names of staff: no patient's
  name, number or date of birth, no tracing, no text of a report.
"""

TYPES = """A role may do only what its organization's type may do as well. Scopes are what programs
ask for. What is not named here every type may do.

"""


class Command(BaseCommand):
    help = "Write docs/permissions.md from the table, or say that it is stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; exit 1 if stale")

    def handle(self, *, check: bool, **_: Any) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "permissions.md"
        text = page()
        if not check:
            target.write_text(text, encoding="utf-8")
        elif target.read_text(encoding="utf-8") != text:
            raise CommandError("docs/permissions.md is stale: run manage.py permissions.")


def page() -> str:
    inside = [role for role in ROLE_NAMES if role in INSIDE_ROLES]
    outside = [role for role in ROLE_NAMES if role in PLATFORM_ROLES]
    return (
        HEAD.format(entered=ROLE_NAMES["entered"])
        + "\n## In an organization, on its own rows\n\n"
        + _table(inside)
        + "\n## On the platform\n\n"
        + _table(outside)
        + "\n## By type of organization\n\n"
        + TYPES
        + _types()
    )


def _table(roles: list[str]) -> str:
    lines = [
        "| action | of | " + " | ".join(ROLE_NAMES[role] for role in roles) + " |",
        "|---|---|" + ":-:|" * len(roles),
    ]
    for rule in TABLE:
        if rule.roles & set(roles):
            marks = " | ".join("yes" if role in rule.roles else "" for role in roles)
            lines.append(f"| `{rule.action}` | {rule.thing} | {marks} |")
    return "\n".join(lines) + "\n"


def _types() -> str:
    lines = [
        "| action or scope | " + " | ".join(Organization.Type.labels) + " |",
        "|---|" + ":-:|" * len(Organization.Type),
    ]
    for name, allowed in {**CLINICAL, **SCOPES}.items():
        marks = " | ".join("yes" if kind in allowed else "" for kind in Organization.Type)
        lines.append(f"| `{name}` | {marks} |")
    return "\n".join(lines) + "\n"
