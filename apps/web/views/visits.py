"""Access by platform staff, as the organization sees it: who, why, until when, what was read."""

from __future__ import annotations

import json
import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from apps.audit import actions as audit
from apps.audit.history import entry_of
from apps.audit.models import AuditEvent
from apps.core.csv_export import csv_bytes
from apps.tenants import entries, entry_queries
from apps.tenants.access import Active
from apps.tenants.models import EmergencyAccess, User
from apps.web.file_answers import download, wanted_form

FACTS = (
    "public_id", "category", "reason", "ticket", "asked_by", "asked_at", "is_emergency",
    "approved_by", "approved_at", "entered_at", "ended_at", "ended_by", "ending", "reviewed_by",
    "reviewed_at", "review_note",
)  # fmt: skip
COLUMNS = ("no", "at", "what", "code", "object", "id", "details", "trace")


def _active(request: HttpRequest) -> Active:
    active: Active | None = getattr(request, "active", None)
    if active is None:
        raise PermissionDenied
    return active


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    active = _active(request)
    found = entry_queries.entries_of(active)
    audit.record("tenants.entry.viewed", actor=cast(User, request.user), count=len(found))
    context = {
        **admin.site.each_context(request),
        "title": "Access by platform staff",
        "about": "Everyone of the platform who asked to come in, and what became of it.",
        "entries": found,
        "may_end": active.may("end_entry"),
    }
    return TemplateResponse(request, "admin/visits.html", context)


@require_safe
def shown(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """One visit with the events that carry its name."""
    active = _active(request)
    found = entry_queries.get_entry_to_view(active, entry_id)
    events = [_row(event) for event in entry_queries.looked_at(active, found)]
    audit.record("tenants.entry.viewed", found, actor=cast(User, request.user))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Entry of {found.asked_by}",
        "visit": found,
        "events": events,
        "may_end": active.may("end_entry"),
        "may_export": active.may("export_entries"),
    }
    return TemplateResponse(request, "admin/visit.html", context)


@require_safe
def exported(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """The visit's events as CSV, or as JSON with the visit itself."""
    active = _active(request)
    found = entry_queries.get_entry_to_export(active, entry_id)
    form = wanted_form(request)
    rows = [_row(event) for event in entry_queries.looked_at(active, found)]
    audit.record(
        "tenants.entry.exported", found, actor=cast(User, request.user), count=len(rows), code=form
    )
    name = f"platform-access-{str(found.public_id)[:8]}.{form}"
    if form == "csv":
        return download(csv_bytes(COLUMNS, [[row[name] for name in COLUMNS] for row in rows]), name)
    content = {"entry": _facts(found), "events": rows}
    body = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return download(body.encode(), name)


def _row(event: AuditEvent) -> dict[str, Any]:
    entry = entry_of(event)
    return {
        "no": entry.seq,
        "at": entry.at,
        "what": entry.what,
        "code": event.code,
        "object": event.object_type,
        "id": event.object_id,
        "details": entry.details,
        "trace": str(event.trace_id or ""),
    }


def _facts(entry: EmergencyAccess) -> dict[str, str]:
    values = {name: getattr(entry, name) for name in FACTS}
    return {name: "" if value is None else str(value) for name, value in values.items()}


@require_POST
@transaction.non_atomic_requests
def end(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """At once: the visitor's next request finds the door shut."""
    active = _active(request)
    with transaction.atomic():
        found = entry_queries.get_entry_to_end(active, entry_id)
    entries.end(found, cast(User, request.user))
    messages.success(request, "The visit is over.")
    return redirect("visits")
