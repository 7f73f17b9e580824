"""Taking the steps that are due, and telling people and webhooks of each, without the patient.

A notice is sent at least once: a worker that dies between sending and recording sends it again,
as the same message. A result that was acknowledged meanwhile wakes nobody.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.core import leases
from apps.core.errors import PermanentError, RetryableError
from apps.core.leases import Lease
from apps.integrations.destinations.webhook import client as webhook
from apps.integrations.model_alarm import AlarmChannel
from apps.integrations.telling import page, pause_s, send_mail
from apps.reports.escalation import take_due
from apps.reports.models import EscalationNotice
from apps.tenants.secrets import get_secret

log = structlog.get_logger(__name__)

# A ladder counts in minutes: what cannot be sent is tried again well within one.
LONGEST_PAUSE_S = 30.0
KIND = "critical.escalated"

Kind = EscalationNotice.Kind


def escalate() -> int:
    """What the sweeper does in each organization; how many steps told somebody."""
    return take_due(timezone.now(), _webhooks)


def _webhooks() -> list[str]:
    rows = AlarmChannel.objects.filter(is_active=True, kind=AlarmChannel.Kind.WEBHOOK)
    return [str(name) for name in rows.values_list("public_id", flat=True)]


def send(lease: Lease) -> None:
    """One attempt. Raises PermanentError when the channel will never take it."""
    with transaction.atomic():
        related = ("escalation__result", "escalation__step", "organization", "person")
        notice = EscalationNotice.objects.select_related(*related).get(pk=lease.id)
        channel = _channel(notice)
    if notice.escalation.result.acknowledged_at is not None:
        _finish(lease, "acknowledged")
        return
    try:
        if notice.kind == Kind.EMAIL:
            _mail(notice)
        elif channel is not None:
            _post(notice, channel)
        else:
            _finish(lease, "channel-gone")
            return
    except RetryableError as error:
        # An outage of the mail server or the receiver uses no attempt up.
        log.info("notice.postponed", code=error.code)
        with transaction.atomic():
            leases.postpone(lease, error.code, pause_s(notice.created_at, LONGEST_PAUSE_S))
        return
    except webhook.Rejected as error:
        raise PermanentError(error.code) from None
    with transaction.atomic():
        leases.finish(lease, sent_at=timezone.now())


def _channel(notice: EscalationNotice) -> AlarmChannel | None:
    """None for a person, and for a webhook that is told no more."""
    if notice.channel is None:
        return None
    return AlarmChannel.objects.filter(public_id=notice.channel, is_active=True).first()


@transaction.atomic
def _finish(lease: Lease, why: str) -> None:
    leases.finish(lease, error_code=why)


def _mail(notice: EscalationNotice) -> None:
    assert notice.person is not None
    title = f"Critical result waits: step {notice.escalation.number} – {notice.organization.name}"
    send_mail(title, mail_text(notice), notice.person.email, notice.public_id)


def mail_text(notice: EscalationNotice) -> str:
    """Where, since when and what to do; nothing of whom or what."""
    result, step = notice.escalation.result, notice.escalation.step
    return "\n".join(
        [
            f"{notice.organization.name}: a critical result of an ECG waits to be acknowledged.",
            f"Raised {result.raised_at:%d %b %Y %H:%M} UTC",
            f"You are told as step {notice.escalation.number} of the ladder, {step}.",
            "",
            "Open it, tell who treats the patient, and acknowledge it.",
            page(reverse("critical-results")),
            "",
        ]
    )


def _post(notice: EscalationNotice, channel: AlarmChannel) -> None:
    secret = get_secret(channel, "secret").encode()
    webhook.post(channel.address, secret, str(notice.public_id), message_of(notice))


def message_of(notice: EscalationNotice) -> dict[str, Any]:
    """What a webhook is told: codes, numbers, times and random names."""
    result = notice.escalation.result
    return {
        "event": str(notice.public_id),
        "kind": KIND,
        "critical": str(result.public_id),
        "organization": notice.organization.slug,
        "step": notice.escalation.number,
        "raised_at": result.raised_at.isoformat(),
        "taken_at": notice.escalation.taken_at.isoformat(),
    }
