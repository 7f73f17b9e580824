"""The waveform of the study that is likely opened next, sent before it is asked for."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.reports import queries
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.views.study import packed


@require_safe
@in_organization
def following(request: OrganizationRequest, report_id: uuid.UUID) -> HttpResponse:
    """Of the study that signing this report would open now; 204 where none waits.

    Nobody is said to read or to have viewed it: nothing is held, and the event is of its own kind.
    """
    report = queries.get_report_to_sign(request.active, report_id)
    after = queries.next_to_read(request.active, report, request.user, timezone.now())
    if after is None:
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    return packed(request, after.recording, "rhythm", event="ecg.waveform.prefetched")
