"""API clients and their keys: made, rotated and shut out by the organization's administrator."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables

from apps.audit.admin_base import ConfigurationAdmin, may
from apps.tenants.admin_forms import ClientForm, RotateForm
from apps.tenants.clients import add_client, revoke_client, revoke_key, rotate
from apps.tenants.models import ApiClient, ApiKey

FIRST = "It works at once. Give it to the program over a safe way."
NEXT = "It works at once. The keys before it end when you chose."


@admin.register(ApiClient)
class ApiClientAdmin(ConfigurationAdmin):
    form = ClientForm
    title = "API clients"
    viewing, changing = "view_api_clients", "change_api_clients"
    about = "Programs that send files or read results, each with a key of its own."
    when_empty = "No programs yet. Add one to get its key."
    addable = ("name", "scopes", "expires_at")
    editable = (*addable, "signature_required", "certificate_required")
    list_display = ("name", "scopes", "expires_at", "revoked_at")
    list_select_related = ("organization",)
    search = ("public_id", "name*")
    search_help_text = "A public id or the beginning of a name."
    ordering = ("name", "id")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was shut out stays as it was."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.revoked_at)

    def get_urls(self) -> list[Any]:
        pages = {"rotate": self.rotate_view, "revoke": self.revoke_view}
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"tenants_apiclient_{name}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        client = kwargs.get("obj")
        if client is not None and self.has_change_permission(request, client):
            context["tools"] = [
                ("New key…", _page("rotate", client)),
                ("Shut out…", _page("revoke", client)),
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ClientForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            client, key = add_client(
                given["name"],
                given["scopes"].split(),
                expires_at=given["expires_at"],
                by=request.user,  # type: ignore[arg-type]
            )
            return self._show(request, client, key, FIRST)
        return self._ask(request, form, "Add an API client", "Add and show its key")

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        client = self._living(request, object_id)
        form = RotateForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            overlap = form.cleaned_data["overlap"]
            key = rotate(client, overlap=overlap, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            return self._show(request, client, key, NEXT)
        return self._ask(request, form, f"A new key for {client}", "Show a new key")

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        client = self._living(request, object_id)
        if request.method == "POST":
            revoke_client(client, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            self.message_user(request, f"{client} is shut out.", messages.SUCCESS)
            return redirect("admin:tenants_apiclient_changelist")
        note = "All its keys end at once and for ever. What it sent stays."
        return self._ask(request, forms.Form(), f"Shut out {client}", "Shut out", note)

    def _living(self, request: HttpRequest, object_id: str) -> ApiClient:
        client = self.get_object(request, object_id)
        if client is None:
            raise Http404
        if not self.has_change_permission(request, client):
            raise PermissionDenied
        return client

    def _ask(
        self, request: HttpRequest, form: forms.BaseForm, title: str, button: str, note: str = ""
    ) -> HttpResponse:
        words = {"title": title, "button": button, "note": note, "form": form, "opts": self.opts}
        context = {**self.admin_site.each_context(request), **words}
        return TemplateResponse(request, "admin/form.html", context)

    @method_decorator(sensitive_variables("key"))
    def _show(self, request: HttpRequest, client: ApiClient, key: str, note: str) -> HttpResponse:
        """The one moment the key can be read."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Copy the key",
            "client": client,
            "key": key,
            "note": note,
            "back": reverse("admin:tenants_apiclient_changelist"),
        }
        return TemplateResponse(request, "admin/key.html", context)


def _page(name: str, client: ApiClient) -> str:
    return reverse(f"admin:tenants_apiclient_{name}", args=[client.pk])


@admin.register(ApiKey)
class ApiKeyAdmin(ConfigurationAdmin):
    viewing, changing = "view_api_clients", "change_api_clients"
    title = "API keys"
    about = "Each key by how it begins. A new one comes from its client's page."
    when_empty = "No keys yet. Add an API client to get one."
    hidden = ("key_hash",)
    actions = ("revoke",)
    list_display = ("prefix", "client", "created_at", "expires_at", "last_used_on", "revoked_at")
    list_select_related = ("client", "organization")
    search = ("prefix*", "client__name*")
    search_help_text = "How the key begins, or the beginning of a client's name."
    ordering = ("-id",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return may(request, self.changing)

    @admin.action(description="End at once", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        now, by = timezone.now(), request.user
        ended = [key for key in queryset if revoke_key(key, by=by, now=now)]  # type: ignore[arg-type]
        words = "1 key has ended." if len(ended) == 1 else f"{len(ended)} keys have ended."
        self.message_user(request, words, messages.SUCCESS if ended else messages.WARNING)
