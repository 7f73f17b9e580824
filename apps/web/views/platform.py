"""What platform staff watch without entering: queues as counts, audit chains as verdicts."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from apps.audit.actions import record_alone
from apps.audit.admin_base import PlatformModelAdmin, may
from apps.audit.verify import verify_chain
from apps.core.drain import leased_models
from apps.core.leases import Leased
from apps.tenants.actions import platform_organization_id
from apps.tenants.models import Organization

State = Leased.State
SHOWN = (State.RECEIVED, State.PROCESSING, State.QUARANTINED, State.DEAD)


def _organizations() -> list[Organization]:
    return list(Organization.objects.using("platform").order_by("name"))


@require_safe
def queues(request: HttpRequest) -> HttpResponse:
    """Counts of claimable rows, as the role that sees no clinical column."""
    if not may(request, "view_queue_counts"):
        raise PermissionDenied
    counted = _counts()
    rows = [
        {"organization": place, "queue": name, "counts": [states[state] for state in SHOWN]}
        for place in _organizations()
        for name, states in sorted(counted[place.pk].items())
    ]
    context = {
        **admin.site.each_context(request),
        "title": "Queues",
        "states": [state.label for state in SHOWN],
        "rows": rows,
    }
    return TemplateResponse(request, "admin/queues.html", context)


def _counts() -> dict[int, dict[str, dict[str, int]]]:
    found: dict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    for model in leased_models():
        pages = cast(PlatformModelAdmin, admin.site.get_model_admin(model))
        name = pages.title or str(model._meta.verbose_name_plural).capitalize()
        rows = model._default_manager.db_manager("dispatch").filter(state__in=SHOWN).order_by()
        for place, state, count in rows.values_list("organization_id", "state").annotate(
            count=Count("id")
        ):
            found[place].setdefault(name, dict.fromkeys(SHOWN, 0))[State(state)] = count
    return found


@require_safe
def chains(request: HttpRequest) -> HttpResponse:
    if not may(request, "verify_audit"):
        raise PermissionDenied
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Audit chains",
        "organizations": _organizations(),
    }
    return TemplateResponse(request, "admin/chains.html", context)


@require_POST
@transaction.non_atomic_requests
def verify(request: HttpRequest, organization_id: uuid.UUID) -> HttpResponse:
    """Walk one chain from end to end; the answer names a number, never a content."""
    if not may(request, "verify_audit"):
        raise PermissionDenied
    rows = Organization.objects.using("platform").filter(public_id=organization_id)
    organization = rows.first()
    if organization is None:
        raise Http404
    result = verify_chain(organization.pk)
    record_alone(
        platform_organization_id(),
        "audit.chain.verified",
        subject=organization,
        actor=request.user,
        count=result.events,
        outcome=result.failure or "whole",
    )
    if result.failure:
        messages.error(request, f"{organization}: {result.failure}.")
    else:
        messages.success(request, f"{organization}: {result.events:,} events verify.")
    return redirect("audit-chains")
