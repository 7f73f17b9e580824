"""The reading room around the study page: who holds it, and what was kept beside the draft."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from django.utils import timezone

from apps.reports import presence
from apps.reports.assigning import may_assign
from apps.reports.models import Report
from apps.web.guard import OrganizationRequest

# In the session: the key under which the browser keeps text that it could not send. It goes with
# the session, and what was sealed under it is unreadable then.
UNSENT = "unsent_key"


def _unsent_key(request: OrganizationRequest) -> str:
    if UNSENT not in request.session:
        request.session[UNSENT] = base64.b64encode(secrets.token_bytes(32)).decode()
    return str(request.session[UNSENT])


def opened(request: OrganizationRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Opening a report to read it holds it; where another does, nothing can be written."""
    report: Report | None = context["report"]
    if report is None or not request.active.may("edit_report"):
        return {}
    found: dict[str, Any] = {"kept_drafts": context["drafts_beside"]}
    found["unsent_key"] = _unsent_key(request)
    if context.get("may_add"):
        found["unsigned_addenda"] = context["addenda_beside"]
    found["hands_on"] = may_assign(request.active, report, request.user)
    if not context["may_edit"]:
        return found
    other = presence.hold(report, request.user, timezone.now())
    if other is None:
        return found | {"holds": True}
    return found | {"other": other, "may_edit": False, "may_sign": False, "may_submit": False}
