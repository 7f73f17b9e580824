"""The access review: an organization's own people, and all organizations for platform security."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.audit import actions as audit
from apps.core.csv_export import csv_bytes
from apps.core.scope import organization_scope
from apps.tenants import access_review as review
from apps.tenants.access import Active
from apps.tenants.actions import platform_organization_id
from apps.tenants.models import PLATFORM_SLUG, Organization, User
from apps.tenants.queries import permit
from apps.web.file_answers import download, wanted_form

COLUMNS = (
    "organization", "kind", "name", "e-mail", "role", "given by", "given on", "age in days",
    "ends on", "last sign-in", "last use", "flags", "verdict", "reason", "decided by", "decided on",
)  # fmt: skip

Row = dict[str, Any]


def _organization(request: HttpRequest, action: str) -> Organization:
    active: Active | None = getattr(request, "active", None)
    permit(active, action)
    assert active is not None
    return Organization.objects.get(pk=active.organization_id)


def _rows(organization: Organization, now: dt.datetime) -> list[Row]:
    """Holders with what was decided in the open review. Call in the organization's scope."""
    decided = review.decisions_of(review.open_review())
    return [
        {"holder": holder, "decision": decided.get((holder.kind, holder.public_id))}
        for holder in review.holders(now)
    ]


@require_safe
def shown(request: HttpRequest) -> HttpResponse:
    organization = _organization(request, "view_access_review")
    rows = _rows(organization, timezone.now())
    audit.record("tenants.access.viewed", actor=cast(User, request.user), count=len(rows))
    due = review.due_on(organization)
    context = {
        **admin.site.each_context(request),
        "title": "Access review",
        "rows": rows,
        "due_on": due,
        "overdue": due < timezone.localdate(),
        "open": review.open_review(),
        "last": review.last_review(),
        "may_decide": cast(Any, request).active.may("decide_access_review"),
        "undecided": sum(1 for row in rows if row["decision"] is None),
    }
    return TemplateResponse(request, "admin/access_review.html", context)


@require_POST
def decided(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    organization = _organization(request, "decide_access_review")
    found = [h for h in review.holders(timezone.now()) if h.public_id == person_id]
    if not found:
        raise Http404
    reason = " ".join(request.POST.get("reason", "").split())
    verdict, by = request.POST.get("verdict", ""), cast(User, request.user)
    try:
        review.decide(organization, found[0], verdict, reason, by)
    except review.NotDecidable as problem:
        messages.error(request, str(problem))
    return redirect("access-review")


@require_POST
def signed_off(request: HttpRequest) -> HttpResponse:
    organization = _organization(request, "decide_access_review")
    try:
        done = review.sign_off(organization, cast(User, request.user))
    except review.NotDecidable as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"Signed off. The next one is due {done.next_due_on:%d-%b-%Y}.")
    return redirect("access-review")


@require_safe
def exported(request: HttpRequest) -> HttpResponse:
    organization = _organization(request, "view_access_review")
    form = wanted_form(request)
    rows = [_line(organization, row) for row in _rows(organization, timezone.now())]
    audit.record(
        "tenants.access.exported", actor=cast(User, request.user), count=len(rows), code=form
    )
    return _file(rows, f"access-review-{organization.slug}", form)


def _line(organization: Organization | str, row: Row) -> list[Any]:
    holder: review.Holder = row["holder"]
    decision = row["decision"]
    flags = (*holder.flags, *row.get("across", ()))
    said = ["", "", "", None]
    if decision:
        said = [decision.verdict, decision.reason, str(decision.decided_by), decision.decided_at]
    return [
        str(organization), holder.kind, holder.name, holder.contact, holder.may or holder.role,
        holder.given_by,
        holder.given_at, holder.age_days, holder.ends_on, holder.last_sign_in, holder.last_use,
        ", ".join(flags), *said,
    ]  # fmt: skip


def _file(rows: list[list[Any]], name: str, form: str) -> HttpResponse:
    if form == "csv":
        return download(csv_bytes(COLUMNS, rows), f"{name}.csv")
    lines = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    body = json.dumps(lines, default=_plain, ensure_ascii=False, indent=1)
    return download(body.encode(), f"{name}.json")


def _plain(value: dt.date) -> str:
    return value.isoformat()


# Platform security: one organization after another, each in its own scope.


def _platform(request: HttpRequest) -> None:
    permit(getattr(request, "platform", None), "view_access_review")


def _everywhere(now: dt.datetime) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": "Platform staff", "rows": [_bare(h) for h in review.platform_staff(now)]}
    ]
    organizations = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG)
    for organization in organizations.order_by("name"):
        with organization_scope(organization.pk), transaction.atomic():
            inside = Organization.objects.get(pk=organization.pk)
            due = review.due_on(inside)
            found.append(
                {
                    "name": str(organization),
                    "rows": _rows(inside, now),
                    "due_on": due,
                    "overdue": due < now.date(),
                    "last": review.last_review(),
                }
            )
    _flag_across(found)
    return found


def _bare(holder: review.Holder) -> Row:
    return {"holder": holder, "decision": None}


def _flag_across(groups: list[dict[str, Any]]) -> None:
    rows = [row for group in groups[1:] for row in group["rows"]]
    people = User.objects.filter(public_id__in=[row["holder"].public_id for row in rows])
    keys = {user.public_id: user.pk for user in people}
    flags = review.flags_across(people)
    for row in rows:
        row["across"] = flags.get(keys.get(row["holder"].public_id, 0), [])


@require_safe
@transaction.non_atomic_requests
def everywhere(request: HttpRequest) -> HttpResponse:
    _platform(request)
    groups = _everywhere(timezone.now())
    audit.record_alone(platform_organization_id(), "tenants.access.viewed", actor=request.user)
    context = {
        **admin.site.each_context(request),
        "title": "Access review of all organizations",
        "groups": groups,
    }
    return TemplateResponse(request, "admin/access_reviews.html", context)


@require_safe
@transaction.non_atomic_requests
def everywhere_exported(request: HttpRequest) -> HttpResponse:
    _platform(request)
    form = wanted_form(request)
    groups = _everywhere(timezone.now())
    rows = [_line(group["name"], row) for group in groups for row in group["rows"]]
    audit.record_alone(
        platform_organization_id(),
        "tenants.access.exported",
        actor=request.user,
        count=len(rows),
        code=form,
    )
    return _file(rows, "access-review-all", form)
