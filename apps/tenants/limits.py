"""How often an organization may come through a door: counted for all processes together."""

from __future__ import annotations

import datetime as dt
import math

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.audit.actions import record_alone
from apps.core.postgres.several import cursor_of_several
from apps.core.scope import PIN, organization_scope, required_organization
from apps.tenants.actions import platform_organization_id
from apps.tenants.model_limits import Door, RateCounter

# One round trip: the scope is pinned for the same short transaction, as no other is open yet.
SPEND = f"{PIN}; SELECT is_over, to_note, wait_s FROM app.spend(%s, %s, %s, %s)"  # noqa: S608 - both are ours


def spend(door: Door, subject: str = "") -> int:
    """Count one request of the scope's organization: 0 when it may go on, else seconds to wait.

    A counter is the moment up to which the requests so far would last at the limit's pace; it may
    run a minute ahead of the clock. A refused request moves it no further.
    The first refusal of a minute is put on the organization's record.
    """
    organization_id = required_organization()
    limit: int = settings.LIMITS_PER_MINUTE[door]
    with cursor_of_several(connection) as cursor:
        given = (organization_id, door.value, subject, limit)
        cursor.execute(SPEND, (str(organization_id), *given))
        cursor.nextset()
        is_over, to_note, wait_s = cursor.fetchone()
    if to_note:
        record_alone(organization_id, "tenants.limit.reached", door=door.value)
    return max(1, math.ceil(wait_s)) if is_over else 0


def spend_as_address(door: Door, address: str) -> int:
    """The same for who belongs to no organization yet; on the platform's own record."""
    with organization_scope(platform_organization_id()):
        return spend(door, address)


def forget_addresses() -> int:
    """Remove counters of addresses that have waited long enough. Call with no scope open."""
    passed = timezone.now() - dt.timedelta(minutes=2)
    with organization_scope(platform_organization_id()), transaction.atomic():
        return RateCounter.objects.exclude(subject="").filter(spent_until__lt=passed).delete()[0]
