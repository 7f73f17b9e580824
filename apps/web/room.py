"""The reading room around the study page: who holds it, and what was kept beside the draft."""

from __future__ import annotations

import base64
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.reports import presence
from apps.reports.assigning import may_assign
from apps.reports.models import Report
from apps.web.guard import OrganizationRequest


def unsent_key(request: OrganizationRequest) -> str:
    """Under which the browser keeps text that it could not send: 32 bytes of this person here.

    They are told with this person's own pages only, so whoever uses the browser next reads
    nothing; a session that ended by itself takes no text with it.
    """
    whose = f"{request.user.pk} {request.active.organization_id}"
    return base64.b64encode(salted_hmac("unsent", whose, algorithm="sha256").digest()).decode()


def opened(request: OrganizationRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Opening a report to read it holds it; where another does, nothing can be written."""
    report: Report | None = context["report"]
    if report is None or not request.active.may("edit_report"):
        return {}
    found: dict[str, Any] = {"kept_drafts": context["drafts_beside"]}
    found["unsent_key"] = unsent_key(request)
    if context.get("may_add"):
        found["unsigned_addenda"] = context["addenda_beside"]
    found["hands_on"] = may_assign(request.active, report, request.user)
    if not context["may_edit"]:
        return found
    other = presence.hold(report, request.user, timezone.now())
    if other is None:
        return found | {"holds": True}
    return found | {"other": other, "may_edit": False, "may_sign": False, "may_submit": False}
