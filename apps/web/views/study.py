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
from apps.web import room, viewing
from apps.web import study as study_page
from apps.web.beat_svg import Beat, beat_svg
from apps.web.guard import OrganizationRequest, in_organization
from apps.web.trace_svg import trace_svg

USUAL = {"layout": "3x4+1", "speed": "25", "gain": "10", "order": "standard"}
BEATS = "beats"
KNOWN: dict[str, set[str]] = {
    "layout": {*FORMS, BEATS},
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
        drawn = _beats(request, found, asked) if asked["layout"] == BEATS else _trace(found, asked)
    except Waveform.DoesNotExist:
        raise Http404 from None
    except (Corrupt, Unsealable) as error:
        return _not_genuine(found, error)
    audit.record("ecg.waveform.viewed", found, actor=request.user)
    return HttpResponse(drawn, content_type="image/svg+xml")


def _trace(found: Recording, asked: dict[str, str]) -> str:
    return trace_svg(
        waveforms.load(found),
        layout=cast(Layout, asked["layout"]),
        speed=float(asked["speed"]),
        gain=float(asked["gain"]),
        cabrera=asked["order"] == "cabrera",
    )


def _beats(request: OrganizationRequest, found: Recording, asked: dict[str, str]) -> str:
    """The median beat that the page's script draws: the platform's, else the device's own."""
    rhythm, own = waveforms.load_both(found)
    beats = viewing.beats(
        found,
        queries.analysis_of(request.active, found),
        list(queries.kept_measurements_of(request.active, found)),
    )
    beat = Beat.of(rhythm, own, beats)
    if beat is None:
        raise Http404
    return beat_svg(beat, speed=float(asked["speed"]), gain=float(asked["gain"]))
