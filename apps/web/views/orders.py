"""Questions of orders: which there are, what they are about, deciding and asking them."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import actions as audit
from apps.ingestion.models import Order, OrderCase
from apps.ingestion.orders import queries
from apps.ingestion.orders.asking import ask
from apps.ingestion.orders.cases import NotDecidable, Verdict
from apps.ingestion.orders.links import current_link
from apps.reports.orders import decide_order_case
from apps.reports.queries import report_of
from apps.web import orders as shown
from apps.web.context import frame_of
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.study import last_prior
from apps.web.worklist import name_in


@require_safe
@in_organization
def case_list(request: OrganizationRequest) -> HttpResponse:
    """Open questions, the oldest first, messages that were refused, and the newest decisions."""
    page = queries.open_order_cases(request.active)
    audit.record("ingestion.orders.viewed", actor=request.user, count=len(page.cases))
    context = _zone(request) | {
        "page": page,
        "decided": queries.decided_order_cases(request.active),
        "refused": queries.refused_messages(request.active),
        "may_download": request.active.may("download_originals"),
    }
    return render(request, "web/order_cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def case(request: OrganizationRequest, case_id: uuid.UUID) -> HttpResponse:
    """One question; posted, its decision."""
    found = queries.get_order_case_to_resolve(request.active, case_id)
    orders = queries.orders_to_choose(request.active, found)
    if request.method != "POST":
        audit.record("ingestion.order.viewed", found, actor=request.user)
        return render(request, "web/order_case.html", _context(request, found, orders))
    chosen = name_in(request.POST.get("order"))
    verdict = Verdict(
        request.POST.get("decision", ""),
        request.POST.get("reason", ""),
        next((order for order in orders if order.public_id == chosen), None),
    )
    try:
        decide_order_case(found, verdict, by=request.user, now=timezone.now())
    except NotDecidable as problem:
        context = _context(request, found, orders) | {"problem": str(problem)}
        return render(request, "web/order_case.html", context, status=409)
    return redirect("order-cases")


@require_POST
@in_organization
def reorder(request: OrganizationRequest, recording_id: uuid.UUID) -> HttpResponse:
    """A person asks which order an ECG answers, whatever the platform found."""
    found = queries.get_recording_to_reorder(request.active, recording_id)
    held = current_link(found)
    ask(found, OrderCase.Kind.ASKED, held.order if held else None, by=request.user)
    asked = queries.order_cases_on(request.active, found).get()
    return redirect("order-case", case_id=asked.public_id)


def _context(request: OrganizationRequest, case: OrderCase, orders: list[Order]) -> dict[str, Any]:
    columns = shown.columns_of(case, orders)
    report = report_of(request.active, case.recording)
    return _zone(request) | {
        "case": case,
        "question": shown.QUESTIONS[OrderCase.Kind(case.kind)],
        "columns": columns,
        "prior": last_prior(request.active, case.recording),
        "lines": shown.lines_of(columns),
        "orders": orders,
        "held": current_link(case.recording),
        "signed": report is not None and report.version_count and not report.is_retracted,
        "choices": OrderCase.Decision.choices,
        "given": request.POST,
    }


def _zone(request: OrganizationRequest) -> dict[str, Any]:
    frame = frame_of(request)
    assert frame is not None
    return {"zone": ZoneInfo(frame.place.organization.time_zone)}
