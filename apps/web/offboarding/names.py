"""Public names of the rows that are made: those of the export, or others where they are taken."""

from __future__ import annotations

import re
import uuid
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Texts in which rows name others by their public names.
NAMING = {
    ("audit_alarm", "subject"),
    ("billing_charge", "subject_id"),
    ("ecg_stagerun", "subject"),
    ("integrations_delivery", "dedupe_key"),
    ("tenants_accessdecision", "subject_id"),
}


class Names:
    """With a slug every name is another one, always the same for the same slug."""

    def __init__(self, organization: str, other_than_before_for: str = "") -> None:
        self._organization = uuid.UUID(organization)
        self._slug = other_than_before_for

    @property
    def are_new(self) -> bool:
        return bool(self._slug)

    def of(self, name: str) -> str:
        if not self._slug:
            return name
        return str(uuid.uuid5(self._organization, f"{self._slug}:{name}"))

    def in_row(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        """The columns of a row that are others now."""
        if not self._slug:
            return {}
        changed = {"public_id": self.of(row["public_id"])} if "public_id" in row else {}
        for named, column in NAMING:
            if named == table:
                changed[column] = UUID.sub(lambda found: self.of(found[0]), row[column])
        return changed
