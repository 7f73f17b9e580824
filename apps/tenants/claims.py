"""What only one organization may have: taken by one at a time, its holder named to staff only."""

from __future__ import annotations

from django.db import connection

from apps.tenants.models import Organization


class Taken(Exception):
    """`holder` is the other organization: to be named to platform staff only."""

    def __init__(self, holder: Organization, what: str = "address") -> None:
        super().__init__(f"the {what} is another organization's")
        self.holder = holder
        self.what = what


def one_at_a_time(name: str) -> None:
    """Until the transaction ends nobody else claims what has this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
