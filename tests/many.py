"""So many rows, and counted, that a plan is chosen as it is in use: of few, any index would do."""

from __future__ import annotations

import uuid
from copy import copy
from typing import Any

from apps.tenants.models import Organization
from tests.factories import inside
from tests.isolation.copies import as_owner

COUNT = 500


def multiply(
    organization: Organization, row: Any, *, count: int = COUNT, unique: str = "", **fields: Any
) -> None:
    """Rows like it with those values; `unique` names a text that each has its own of."""
    rows = []
    for number in range(count):
        again = copy(row)
        again.pk, again.public_id = None, uuid.uuid4()
        for name, value in (fields | ({unique: f"{number:064x}"} if unique else {})).items():
            setattr(again, name, value)
        rows.append(again)
    with inside(organization):
        type(row).objects.bulk_create(rows)
    as_owner(f"ANALYZE {row._meta.db_table}")


def tighten_indexes() -> None:
    """As large as their rows: what earlier tests left in them would tip a plan."""
    as_owner("REINDEX SCHEMA public")
