"""Invitations in the admin: sent, sent again, withdrawn, and many at once from a file."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.audit.admin_base import ConfigurationAdmin, TenantForm, inside, may
from apps.core.mail import send_after_response
from apps.tenants import people_file
from apps.tenants.admin_forms import MEMBER
from apps.tenants.admin_tools import Tool, ToolsAdmin
from apps.tenants.invitations import is_member, message_of, renew, withdraw
from apps.tenants.models import Invitation, Organization, User

INVITED = "This address is invited already. Send the invitation again."
MOST_BYTES = 200_000
IMPORT_NOTE = (
    "A CSV file with the columns email, name, role, site; name and site may be empty. The lines are"
    " checked first and shown; nothing changes before you apply them."
)


def send(request: HttpRequest, invitation: Invitation) -> None:
    """Call in the scope and a transaction; the message leaves after the answer."""
    token = renew(invitation, by=cast(User, request.user))
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    send_after_response(request, message_of(invitation, link))


class InvitationForm(TenantForm):
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if is_member(email):
            raise forms.ValidationError(MEMBER)
        if Invitation.objects.filter(email=email, state=Invitation.State.OPEN).exists():
            raise forms.ValidationError(INVITED)
        return email


class FileForm(forms.Form):
    """The file the first time; its text, unseen, when it is applied."""

    file = forms.FileField(required=False, label="CSV file")
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given is not None and given.size > MOST_BYTES:
            raise forms.ValidationError("The file is too long: 200 kB at most.")
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("file"):
            try:
                cleaned["text"] = cleaned["file"].read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "The file is not UTF-8 text. Save it as “CSV UTF-8”.")
        elif not cleaned.get("text") and not self.errors:
            self.add_error("file", "Choose a file.")
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(ToolsAdmin, ConfigurationAdmin):
    title = "Invitations"
    viewing, changing = "view_invitations", "change_people"
    about = "Who was asked by e-mail to work here. A link works once, for seven days."
    when_empty = "Nobody is invited. Invite the first person."
    form = InvitationForm
    addable = ("email", "full_name", "role", "site")
    list_display = ("email", "role", "site", "state", "sent_at")
    list_filter = ("state", "role")
    list_select_related = ("site", "organization")
    search = ("email*",)
    search_help_text = "The beginning of an e-mail address."
    ordering = ("-id",)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        obj.invited_by = cast(User, request.user)
        super().save_model(request, obj, form, change)
        send(request, obj)

    def tools(self) -> list[Tool]:
        again = "A new link is sent; the ones before it stop working."
        gone = "The link stops working. The person is not told."
        return [
            Tool("send", "Send again", again, _send_again, _is_open),
            Tool("withdraw", "Withdraw", gone, _withdraw, _is_open),
        ]

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.import_view)
        return [path("import/", page, name="tenants_invitation_import"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        tools = []
        if self.has_add_permission(request):
            tools.append(("Import a file", reverse("admin:tenants_invitation_import")))
        return super().changelist_view(request, {"list_tools": tools, **(extra_context or {})})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        lines: list[people_file.Line] = []
        if request.method == "POST" and form.is_valid():
            try:
                lines = people_file.plan(form.cleaned_data["text"], by=cast(User, request.user))
            except people_file.Unreadable as error:
                form.add_error("file", str(error))
        if lines and "apply" in request.POST:
            return self._apply(request, lines)
        context = {
            **self.admin_site.each_context(request),
            "title": "Import people",
            "heading": self.title,
            "opts": self.opts,
            "form": form,
            "note": IMPORT_NOTE,
            "lines": lines,
            "text": form.cleaned_data.get("text", "") if form.is_bound else "",
            "wrong": sum(line.outcome == people_file.WRONG for line in lines),
        }
        return TemplateResponse(request, "admin/import.html", context)

    def _apply(self, request: HttpRequest, lines: list[people_file.Line]) -> HttpResponse:
        active: Any = request.active  # type: ignore[attr-defined]
        organization = Organization.objects.get(pk=active.organization_id)
        done = people_file.apply(organization, lines, by=cast(User, request.user))
        for invitation in done.invited:
            send(request, invitation)
        told = f"{len(done.invited)} invited, {done.changed} changed."
        messages.success(request, told)
        return redirect("admin:tenants_invitation_changelist")


def _is_open(request: HttpRequest, invitation: Invitation) -> bool:
    may_change = inside(request) and may(request, "change_people")
    return may_change and invitation.state == Invitation.State.OPEN


def _send_again(request: HttpRequest, invitation: Invitation) -> str:
    with transaction.atomic():
        send(request, invitation)
    return f"The invitation of {invitation.email} is sent again."


def _withdraw(request: HttpRequest, invitation: Invitation) -> str:
    withdraw(invitation, by=cast(User, request.user))
    return f"The invitation of {invitation.email} is withdrawn."
