"""Failed sign-ins of a person: whether they lock the person out, and forgiving them."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone

from apps.tenants.counting import counted_as
from apps.tenants.models import User


def is_locked_out(user: User) -> bool:
    """From at least one address."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    recent = _attempts(user).filter(attempt_time__gte=since)
    counts = recent.values("ip_address").annotate(failures=Sum("failures_since_start"))
    return counts.filter(failures__gte=settings.AXES_FAILURE_LIMIT).exists()


def forgive(user: User) -> None:
    _attempts(user).delete()


def _attempts(user: User) -> QuerySet[AccessAttempt]:
    return AccessAttempt.objects.filter(username=counted_as(user.email)).order_by()
