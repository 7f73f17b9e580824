from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.audit import actions as audit
from apps.ecg import queries
from apps.web.comparing import comparison
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.study import series_of


@require_safe
@in_organization
def compare(request: OrganizationRequest, recording_id: uuid.UUID) -> HttpResponse:
    """Beside the recording of this patient named by `with`, else beside the newest earlier one."""
    found = queries.get_recording_to_view(request.active, recording_id)
    series = series_of(request.active, found)
    wanted = request.GET.get("with", "")
    others = {str(row.public_id): row for row in series.others}
    prior = others.get(wanted) if wanted else series.prior
    if wanted and prior is None:
        raise Http404
    audit.record("ecg.recording.viewed", found, actor=request.user)
    if prior is None:
        return render(request, "web/compare_none.html", {"recording": found})
    audit.record("ecg.recording.compared", prior, actor=request.user)
    return render(request, "web/compare.html", comparison(request.active, found, prior, series))
