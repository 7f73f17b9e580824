"""Telling an organization's channels of its alarms, each until it is taken."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.audit.alarm_kinds import CRITICAL, SEVERITIES
from apps.audit.model_alarm import Alarm
from apps.core import leases
from apps.core.drain import wake_on_commit
from apps.core.errors import PermanentError, RetryableError
from apps.core.leases import Lease, Leased
from apps.integrations.destinations.webhook import client as webhook
from apps.integrations.model_alarm import AlarmChannel, AlarmNotice
from apps.integrations.telling import page, pause_s, send_mail
from apps.tenants.secrets import get_secret

log = structlog.get_logger(__name__)

BEHIND_S = 2.0


@transaction.atomic
def queue_notices() -> int:
    """A notice a channel for each beginning and end nobody was told of; how many."""
    queued = 0
    untold = Alarm.objects.select_for_update(no_key=True, skip_locked=True).exclude(
        told=Alarm.Told.RESOLVED
    )
    for alarm in untold:
        if not alarm.told:
            queued += _tell(alarm, Alarm.Told.RAISED)
        if alarm.resolved_at:
            queued += _tell(alarm, Alarm.Told.RESOLVED)
    if queued:
        wake_on_commit()
    return queued


def _tell(alarm: Alarm, kind: str) -> int:
    channels = AlarmChannel.objects.filter(is_active=True)
    if alarm.severity != CRITICAL:
        channels = channels.filter(only_critical=False)
    notices = [
        AlarmNotice(organization_id=alarm.organization_id, alarm=alarm, channel=channel, kind=kind)
        for channel in channels
    ]
    for notice in notices:
        notice.save(force_insert=True)
    alarm.told = kind
    alarm.save(update_fields=["told"])
    return len(notices)


def send(lease: Lease) -> None:
    """One attempt. Raises PermanentError when the channel will never take it."""
    with transaction.atomic():
        notice = AlarmNotice.objects.select_related("alarm__organization", "channel").get(
            pk=lease.id
        )
        comes_too_early = _waits_for_the_beginning(notice)
    if comes_too_early:
        _postpone(lease, "waits-for-the-beginning", BEHIND_S)
        return
    try:
        SENDERS[notice.channel.kind](notice)
    except RetryableError as error:
        # An outage of the mail server or the receiver uses no attempt up.
        _postpone(lease, error.code, pause_s(notice.created_at))
        return
    except webhook.Rejected as error:
        raise PermanentError(error.code) from None
    with transaction.atomic():
        leases.finish(lease, sent_at=timezone.now())


def _waits_for_the_beginning(notice: AlarmNotice) -> bool:
    """Nobody is told of an end before the beginning."""
    open_states = (Leased.State.RECEIVED, Leased.State.PROCESSING)
    return (
        notice.kind == Alarm.Told.RESOLVED
        and AlarmNotice.objects.filter(
            alarm=notice.alarm,
            channel=notice.channel,
            kind=Alarm.Told.RAISED,
            state__in=open_states,
        ).exists()
    )


def _postpone(lease: Lease, code: str, seconds: float) -> None:
    log.info("notice.postponed", code=code)
    with transaction.atomic():
        leases.postpone(lease, code, seconds)


def _send_mail(notice: AlarmNotice) -> None:
    alarm = notice.alarm
    title = f"{_word(notice)}: {alarm} – {alarm.organization.name}"
    headers = {}
    if notice.kind == Alarm.Told.RESOLVED:
        headers["X-Einthoven-Alarm"] = str(alarm.public_id)
    send_mail(title, _mail_text(notice), notice.channel.address, notice.public_id, **headers)


def _word(notice: AlarmNotice) -> str:
    if notice.kind == Alarm.Told.RESOLVED:
        return "Resolved"
    return SEVERITIES[notice.alarm.severity]


def _mail_text(notice: AlarmNotice) -> str:
    alarm, kind = notice.alarm, notice.alarm.kind
    lines = [
        f"{alarm.organization.name}: {alarm}",
        f"Alarm {alarm.code}{f', {alarm.subject}' if alarm.subject else ''}",
        f"Since {alarm.raised_at:%d %b %Y %H:%M} UTC",
    ]
    if notice.kind == Alarm.Told.RESOLVED and alarm.resolved_at:
        lines.append(f"Resolved {alarm.resolved_at:%d %b %Y %H:%M} UTC")
    else:
        lines += ["", kind.remedy]
    return "\n".join([*lines, "", f"All alarms: {page(reverse('alarms'))}", ""])


def _send_webhook(notice: AlarmNotice) -> None:
    channel = notice.channel
    secret = get_secret(channel, "secret").encode()
    webhook.post(channel.address, secret, str(notice.public_id), message_of(notice))


def message_of(notice: AlarmNotice) -> dict[str, Any]:
    """What a webhook is told: codes, counts, times and random names."""
    alarm: Alarm = notice.alarm
    return {
        "event": str(notice.public_id),
        "kind": notice.kind,
        "alarm": str(alarm.public_id),
        "organization": alarm.organization.slug,
        "code": alarm.code,
        "severity": alarm.severity,
        "subject": alarm.subject,
        "text": str(alarm),
        "raised_at": alarm.raised_at.isoformat(),
        "resolved_at": alarm.resolved_at.isoformat() if alarm.resolved_at else None,
    }


SENDERS = {AlarmChannel.Kind.EMAIL: _send_mail, AlarmChannel.Kind.WEBHOOK: _send_webhook}
