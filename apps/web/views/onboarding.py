"""Onboarding by platform staff: the plan of a file, applied by a second click, and its reverse."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.actions import record_alone
from apps.audit.admin_base import may
from apps.audit.models import Alarm
from apps.ingestion.actions import MayNotSubmit
from apps.ingestion.canary import words as canary_words
from apps.ingestion.canary.send import send_canary
from apps.tenants.actions import organization_for_platform, platform_organization_id
from apps.tenants.models import PLATFORM_SLUG, Organization, User
from apps.web.onboarding import words
from apps.web.onboarding.apply import apply
from apps.web.onboarding.document import MOST_BYTES
from apps.web.onboarding.download import organization_file
from apps.web.onboarding.plan import Line, plan
from apps.web.onboarding.problems import Refused
from apps.web.onboarding.wanted import Wanted, read_organization

ACTION = "onboard_organization"
CHANGED = "What there is changed since the plan was shown. Nothing was done; this is the plan now."


class FileForm(forms.Form):
    """A file, or its text."""

    text = forms.CharField(
        required=False,
        strip=False,
        label="Text",
        widget=forms.Textarea(attrs={"rows": 16, "cols": 100, "spellcheck": "false"}),
        help_text="The file's text. Secrets are never in it: it names where they are.",
    )
    file = forms.FileField(
        required=False, label="Or a file", help_text="A text file (YAML, UTF-8)."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        given = file.read(MOST_BYTES + 1) if file else cleaned.get("text", "").encode()
        # A browser sends a text back with line ends of its own.
        cleaned["content"] = b"\n".join(given.splitlines())
        if not cleaned["content"].strip():
            self.add_error("text", "Paste the text, or choose a file.")
        return cleaned


def _permit(request: HttpRequest) -> User:
    if not may(request, ACTION):
        raise PermissionDenied
    return cast(User, request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
@sensitive_post_parameters()
def onboarding(request: HttpRequest) -> HttpResponse:
    """The form; with a text its plan; with the plan's mark as well, what it says is done."""
    actor = _permit(request)
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    if not is_sent or not form.is_valid():
        return _page(request, form=form)
    content: bytes = form.cleaned_data["content"]
    try:
        wanted = read_organization(content)
        lines = plan(wanted)
        mark = _mark(content, lines)
        if request.POST.get("mark") == mark:
            return _apply(request, wanted, actor)
    except Refused as refused:
        return _refused(request, form, content, refused, actor)
    if "mark" in request.POST:
        messages.warning(request, CHANGED)
    place = organization_for_platform(wanted.slug)
    _note("planned", place, actor, count=sum(line.changes for line in lines))
    shown = {"wanted": wanted, "lines": [_row(line) for line in lines], "mark": mark}
    return _page(request, text=content.decode(), summary=words.summary(lines), **shown)


def _mark(content: bytes, lines: list[Line]) -> str:
    """Of the text and everything that would be done: another plan has another."""
    said = "\n".join(words.sentence(line) for line in lines)
    return hashlib.sha256(content + b"\0" + said.encode()).hexdigest()


def _row(line: Line) -> dict[str, str]:
    how = words.details(line).removeprefix(": ")
    return {"what": f"{line.action} {line.word} {line.name}", "how": how}


def _apply(request: HttpRequest, wanted: Wanted, actor: User) -> HttpResponse:
    done: list[Line] = []
    apply(wanted, done.append, actor=actor)
    organization = organization_for_platform(wanted.slug)
    assert organization is not None
    messages.success(request, f"{organization} is live; {len(done)} rows were written.")
    after = plan(wanted)
    if any(line.action == "send" for line in after):
        _tell_canary(request, organization, actor)
    if any(line.action == "invite" for line in after):
        messages.info(request, words.HOW_TO_INVITE)
    return redirect("onboarding")


def _refused(
    request: HttpRequest, form: FileForm, content: bytes, refused: Refused, actor: User
) -> HttpResponse:
    _note("refused", None, actor, count=len(refused.problems))
    form = FileForm(initial={"text": content.decode("utf-8", "replace")})
    return _page(request, form=form, problems=refused.problems)


def _note(what: str, place: Organization | None, actor: User, **details: int) -> None:
    code = f"tenants.organization.{what}"
    record_alone(platform_organization_id(), code, subject=place, actor=actor, **details)


def _page(request: HttpRequest, **shown: Any) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Onboarding",
        "organizations": _organizations(),
        **shown,
    }
    return TemplateResponse(request, "admin/onboarding.html", context)


def _organizations() -> list[dict[str, Any]]:
    """Each with whether its last canary is known to have failed."""
    alarms = Alarm.objects.db_manager("platform").filter(code__startswith="canary.")
    failed = set(alarms.filter(resolved_at=None).values_list("organization_id", flat=True))
    rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG).order_by("name")
    return [{"row": row, "has_failed": row.pk in failed} for row in rows]


def _get(public_id: uuid.UUID) -> Organization:
    rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@require_safe
@transaction.non_atomic_requests
def file(request: HttpRequest, organization_id: uuid.UUID) -> HttpResponse:
    """The organization as the file that would make it."""
    actor = _permit(request)
    organization = _get(organization_id)
    text = organization_file(organization, actor=actor)
    name = f"{organization.slug}.yaml"
    return HttpResponse(
        text,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
@transaction.non_atomic_requests
def canary(request: HttpRequest, organization_id: uuid.UUID) -> HttpResponse:
    actor = _permit(request)
    try:
        _tell_canary(request, _get(organization_id), actor)
    except MayNotSubmit as refused:
        messages.error(request, str(refused))
    return redirect("onboarding")


def _tell_canary(request: HttpRequest, organization: Organization, actor: User) -> None:
    """The web process measures nothing: workers do, and the sweeper tells of what fails later."""
    flight = send_canary(organization.pk, actor=actor, works=False)
    levels = {"passed": messages.SUCCESS, "waiting": messages.WARNING, "failed": messages.ERROR}
    said = f"{organization}: {canary_words.sentence(flight)}"
    messages.add_message(request, levels[flight.verdict.state], said)
