"""Wrong passwords and codes of a person: counted, whether they lock out, and forgiving them.

Counted by person and address, wherever they are given: at sign-in, as second factors, at signing.
"""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from apps.core.client_address import client_address
from apps.tenants.counting import counted_as
from apps.tenants.models import User


def may_try(request: HttpRequest, user: User) -> bool:
    """Not while too many failures of the person came from the request's address."""
    return bool(AxesProxyHandler.is_allowed(request, _named(user)))


def count_failure(request: HttpRequest, user: User) -> None:
    user_login_failed.send(__name__, credentials=_named(user), request=request)


def forget_failures(request: HttpRequest, user: User) -> None:
    """The person was right: what went before, from this address, was mistyping."""
    _attempts(user).filter(ip_address=client_address(request)).delete()


def _named(user: User) -> dict[str, str]:
    return {"email": user.email}


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
