"""Telling an organization's administrators, by e-mail and without patient data, of a visit."""

from __future__ import annotations

import smtplib
from zoneinfo import ZoneInfo

import structlog
from django.core import mail
from django.db import transaction

from apps.audit import actions as audit
from apps.core.scope import organization_scope
from apps.tenants.models import EmergencyAccess, Membership, Organization

log = structlog.get_logger(__name__)

TIMEOUT_S = 5

# The reason stays inside: it is free text.
WORDS = """{loud}{who} of platform support is in {organization} until {until} at the latest.

Kind of need: {need}
Approved by: {approved}

Who it is, the reason, and everything looked at are in the administration of {organization}, under
“Access by platform staff”. An administrator can end the visit there at once.
"""
LOUD = "EMERGENCY ENTRY WITHOUT APPROVAL. A second person reviews it within 24 hours.\n\n"


def announce(entry: EmergencyAccess) -> None:
    """Call with no transaction open. A failure stops nobody's work and is on the record."""
    with organization_scope(entry.organization_id):
        with transaction.atomic():
            message = _message(entry)
        told = _send(message)
        code = "tenants.entry.announced" if told else "tenants.entry.unannounced"
        audit.record_alone(
            entry.organization_id,
            code,
            subject=entry,
            count=len(message.to),
            entry=str(entry.public_id),
        )


def _send(message: mail.EmailMessage) -> bool:
    if not message.to:
        return False
    try:
        return bool(message.send())
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail.failed", error_class=type(error).__name__)
        return False


def _message(entry: EmergencyAccess) -> mail.EmailMessage:
    organization = Organization.objects.get(pk=entry.organization_id)
    members = Membership.objects.select_related("user").filter(
        role=Membership.Role.ADMINISTRATOR, is_active=True, user__is_active=True
    )
    assert entry.expires_at is not None
    until = entry.expires_at.astimezone(ZoneInfo(organization.time_zone))
    loud = LOUD if entry.is_emergency else ""
    body = WORDS.format(
        loud=loud,
        who=entry.asked_by,
        organization=organization,
        until=f"{until:%d-%b-%Y %H:%M %Z}",
        need=entry.get_category_display(),
        approved=entry.approved_by or "nobody: emergency entry",
    )
    kind = "EMERGENCY entry" if loud else "Entry"
    return mail.EmailMessage(
        subject=f"{kind} of platform support to {organization}",
        body=body,
        to=[member.user.email for member in members],
        connection=mail.get_connection(timeout=TIMEOUT_S),
    )
