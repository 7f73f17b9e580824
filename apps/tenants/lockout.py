"""Wrong passwords and codes of a person: counted, whether they lock out, and forgiving them.

Counted by person and address, wherever they are given: at sign-in, as second factors, at signing.
"""

from __future__ import annotations

import datetime as dt

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


def open_again_at(request: HttpRequest, email: str) -> dt.datetime | None:
    """When the address was tried too often from here: until then, to the full minute above.

    Asked of any address, whether or not there is such an account. None where it may be tried.
    """
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    here = _tries_of(email).filter(ip_address=client_address(request), attempt_time__gte=since)
    tries = list(here.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
    left = sum(failures for _, failures in tries)
    for at, failures in tries:
        if left < settings.AXES_FAILURE_LIMIT:
            return None
        left -= failures
        if left < settings.AXES_FAILURE_LIMIT:
            return _full_minute(at + settings.AXES_COOLOFF_TIME)
    return None


def _full_minute(at: dt.datetime) -> dt.datetime:
    return (at + dt.timedelta(minutes=1)).replace(second=0, microsecond=0)


def locked_out_in_words(request: HttpRequest, email: str) -> str:
    """For who is in no organization yet, so in UTC; empty where it may be tried."""
    at = open_again_at(request, email)
    if at is None:
        return ""
    return f"Too many attempts. Try again at {at:%H:%M} UTC or ask your administrator."


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
    return _tries_of(user.email)


def _tries_of(email: str) -> QuerySet[AccessAttempt]:
    return AccessAttempt.objects.filter(username=counted_as(email)).order_by()
