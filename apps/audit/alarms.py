"""Raising, looking after and resolving alarms of the scope's organization."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.alarm_kinds import KINDS
from apps.audit.model_alarm import Alarm
from apps.core.scope import required_organization

# One statement, so that two processes that find the same thing raise one alarm.
RAISE = """
INSERT INTO audit_alarm (organization_id, public_id, code, subject, severity, figure, count,
                         raised_at, last_seen_at, told)
VALUES (%(organization)s, %(public_id)s, %(code)s, %(subject)s, %(severity)s, %(figure)s, 1,
        %(now)s, %(now)s, '')
ON CONFLICT (organization_id, code, subject) WHERE resolved_at IS NULL
DO UPDATE SET count = audit_alarm.count + 1, last_seen_at = excluded.last_seen_at,
              figure = excluded.figure
RETURNING id, public_id = %(public_id)s
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong now."""

    code: str
    subject: str = ""
    figure: int | None = None


@transaction.atomic
def raise_alarm(code: str, subject: str = "", *, figure: int | None = None) -> bool:
    """True when it is new; what is open already is counted. Raises KeyError for an unknown code."""
    values: dict[str, Any] = {
        "organization": required_organization(),
        "public_id": uuid.uuid4(),
        "code": code,
        "subject": subject,
        "severity": KINDS[code].severity,
        "figure": figure,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(RAISE, values)
        alarm_id, is_new = cursor.fetchone()
    if is_new:
        alarm = Alarm.objects.get(pk=alarm_id)
        audit.record("audit.alarm.raised", alarm, code=code)
    return bool(is_new)


@transaction.atomic
def resolve_alarm(code: str, subject: str = "", *, by: Any = None) -> bool:
    """True when it was open; whoever comes second changes nothing."""
    found = Alarm.objects.select_for_update(no_key=True).filter(
        code=code, subject=subject, resolved_at=None
    )
    alarm = found.first()
    if alarm is None:
        return False
    alarm.resolved_at, alarm.resolved_by = timezone.now(), by
    alarm.save(update_fields=["resolved_at", "resolved_by"])
    audit.record("audit.alarm.resolved", alarm, actor=by, code=code)
    return True


@transaction.atomic
def acknowledge(alarm: Alarm, *, by: Any) -> bool:
    """Somebody looks after it; the first one stays. False where there is nothing to do."""
    changed = Alarm.objects.filter(pk=alarm.pk, resolved_at=None, acknowledged_at=None).update(
        acknowledged_at=timezone.now(), acknowledged_by=by
    )
    if changed:
        audit.record("audit.alarm.acknowledged", alarm, actor=by, code=alarm.code)
    return bool(changed)


def settle(codes: Iterable[str], found: Iterable[Finding]) -> None:
    """Raise what was found, resolve what is open of these codes and was not found."""
    now = {(finding.code, finding.subject): finding for finding in found}
    open_ones = Alarm.objects.filter(code__in=[*codes], resolved_at=None)
    for code, subject in open_ones.values_list("code", "subject"):
        if (code, subject) not in now:
            resolve_alarm(code, subject)
    for finding in now.values():
        raise_alarm(finding.code, finding.subject, figure=finding.figure)
