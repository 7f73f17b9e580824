"""Who asks, when, and what for: each looked at before anything that is asked for is."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.core.insert import insert_unless_there
from apps.core.scope import organization_scope
from apps.integrations.api.problems import Problem
from apps.integrations.models import RequestNonce
from apps.tenants.clients import Caller
from apps.tenants.lookups import organization_ids

SENDER, TIMESTAMP, NONCE, PURPOSE = "X-Sender", "X-Timestamp", "X-Nonce", "X-Purpose-Of-Use"

# A request may be so old, or so far ahead of our clock.
WINDOW = dt.timedelta(minutes=5)
NONCE_FORM = re.compile(r"[A-Za-z0-9_.:-]{16,64}")
# HL7 v3 PurposeOfUse: care, and nothing else.
PURPOSES = {"TREAT", "ETREAT", "CAREMGT"}


def check_sender(request: HttpRequest, caller: Caller) -> str:
    """The purpose of use. Raises Problem, for each doubt with a code of its own."""
    _check_identity(request.headers.get(SENDER, ""), caller)
    _check_time(request.headers.get(TIMESTAMP, ""))
    purpose: str = request.headers.get(PURPOSE, "")
    if not purpose:
        raise Problem("purpose-missing", field=PURPOSE)
    if purpose not in PURPOSES:
        raise Problem("purpose-not-accepted", field=PURPOSE)
    use_up(request.headers.get(NONCE, ""), caller)
    return purpose


def _check_identity(stated: str, caller: Caller) -> None:
    """A key in the wrong program's hands is told by the name it goes with."""
    if not stated:
        raise Problem("sender-missing", field=SENDER)
    try:
        same = uuid.UUID(stated) == caller.client.public_id
    except ValueError:
        same = False
    if not same:
        raise Problem("sender-differs", field=SENDER)


def _check_time(text: str) -> None:
    if not text:
        raise Problem("timestamp-missing", field=TIMESTAMP)
    try:
        at = dt.datetime.fromisoformat(text)
        apart = abs(timezone.now() - at)
    except (ValueError, TypeError, OverflowError):
        words = "Give a time with its offset, as 2026-11-22T09:30:00Z."
        raise Problem("invalid-request", field=TIMESTAMP, detail=words) from None
    if apart > WINDOW:
        raise Problem("request-stale", field=TIMESTAMP)


def use_up(nonce: str, caller: Caller, *, field: str = NONCE) -> None:
    """Once and never again while a request that carries it could still be taken."""
    if not NONCE_FORM.fullmatch(nonce):
        words = "Give 16 to 64 letters and digits that you never gave before."
        raise Problem("nonce-missing", field=field, detail=words)
    of = f"{caller.organization_id} {caller.client.pk} {nonce}"
    name = salted_hmac("einthoven.nonce", of, algorithm="sha256").hexdigest()
    row = RequestNonce(organization_id=caller.organization_id, word_hash=name)
    with transaction.atomic():
        is_new = insert_unless_there(row)
    if not is_new:
        raise Problem("request-replayed", field=field)


def forget_nonces() -> None:
    """Those that no request can carry any more. Call with no scope open."""
    passed = timezone.now() - 2 * WINDOW
    for organization_id in organization_ids():
        with organization_scope(organization_id), transaction.atomic():
            RequestNonce.objects.filter(seen_at__lt=passed).delete()
