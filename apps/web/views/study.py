from __future__ import annotations

import uuid
from typing import cast

from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.audit import actions as audit
from apps.audit.alarms import raise_alarm
from apps.core.blobs.sealing import KEY_GONE, Unsealable
from apps.core.blobs.store import Corrupt
from apps.core.negotiation import takes
from apps.ecg import queries, waveforms
from apps.ecg.models import Recording, Waveform
from apps.ecg.paper import FORMS, GAINS_MM_MV, SPEEDS_MM_S, Layout
from apps.web import room
from apps.web import study as study_page
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.trace_svg import trace_svg

USUAL = {"layout": "3x4+1", "speed": "25", "gain": "10", "order": "standard"}
KNOWN: dict[str, set[str]] = {
    "layout": set(FORMS),
    "speed": {f"{speed:g}" for speed in SPEEDS_MM_S},
    "gain": {f"{gain:g}" for gain in GAINS_MM_MV},
    "order": {"standard", "cabrera"},
}


@require_safe
@in_organization
def recording(request: OrganizationRequest, recording_id: uuid.UUID) -> HttpResponse:
    found = queries.get_recording_to_view(request.active, recording_id)
    context = study_page.study(request.active, found, request.user)
    context |= room.opened(request, context) | {"steps": context["report"] is not None}
    audit.record("ecg.recording.viewed", found, actor=request.user)
    return render(request, "web/study.html", context)


@require_safe
@in_organization
def waveform(request: OrganizationRequest, recording_id: uuid.UUID) -> HttpResponse:
    """The packed samples of a page that shows them."""
    found = queries.get_recording_to_view(request.active, recording_id)
    kind = request.GET.get("kind", Waveform.Kind.RHYTHM)
    if kind not in Waveform.Kind.values:
        return HttpResponseBadRequest("unknown kind", content_type="text/plain")
    return packed(request, found, kind, event="ecg.waveform.viewed")


def packed(
    request: OrganizationRequest, found: Recording, kind: str, *, event: str
) -> HttpResponse:
    """As stored where the browser takes zstd, else by gzip; kept nowhere, recorded as `event`."""
    encoding = "zstd" if takes(request.headers.get("Accept-Encoding", ""), "zstd") else "gzip"
    try:
        name, body = waveforms.load_for_browser(found, kind, encoding)
    except Waveform.DoesNotExist:
        raise Http404 from None
    except (Corrupt, Unsealable) as error:
        return _not_genuine(found, error)
    audit.record(event, found, actor=request.user)
    headers = {"Content-Encoding": encoding, "Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    headers["ETag"] = name
    return HttpResponse(body, content_type="application/octet-stream", headers=headers)


def _not_genuine(found: Recording, error: Corrupt | Unsealable) -> HttpResponse:
    """Never served; a key that was destroyed has a page of its own."""
    if isinstance(error, Unsealable) and error.code == KEY_GONE:
        raise error
    raise_alarm("storage.not_genuine", str(found.public_id))
    return HttpResponse("not genuine", status=500, content_type="text/plain")


@require_safe
@in_organization
def trace(request: OrganizationRequest, recording_id: uuid.UUID) -> HttpResponse:
    """The still picture for pages that run no script, as `layout`, `speed`, `gain`, `order` ask."""
    found = queries.get_recording_to_view(request.active, recording_id)
    asked = {name: request.GET.get(name, usual) for name, usual in USUAL.items()}
    unknown = [name for name, value in asked.items() if value not in KNOWN[name]]
    if unknown:
        return HttpResponseBadRequest(f"unknown {unknown[0]}", content_type="text/plain")
    try:
        samples = waveforms.load(found)
    except Waveform.DoesNotExist:
        raise Http404 from None
    except (Corrupt, Unsealable) as error:
        return _not_genuine(found, error)
    audit.record("ecg.waveform.viewed", found, actor=request.user)
    drawn = trace_svg(
        samples,
        layout=cast(Layout, asked["layout"]),
        speed=float(asked["speed"]),
        gain=float(asked["gain"]),
        cabrera=asked["order"] == "cabrera",
    )
    return HttpResponse(drawn, content_type="image/svg+xml")
