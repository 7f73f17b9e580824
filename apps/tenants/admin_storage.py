"""Where organizations' bytes lie: set by platform staff, seen by each organization's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from apps.audit import actions as audit
from apps.audit.admin_base import ConfigurationAdmin, may, on_platform
from apps.core.scope import organization_scope
from apps.tenants.admin_storage_forms import ConfirmForm, NewLocationForm, SecretForm
from apps.tenants.claims import Taken
from apps.tenants.model_storage import StorageLocation, StorageMove
from apps.tenants.models import Organization
from apps.tenants.moving import NotMovable, begin_move
from apps.tenants.storage import Refused, replace_secret, set_location
from apps.tenants.storage_check import check_location

ROWS = "admin:tenants_storagelocation"
TOOLS = (
    ("test", "Test the connection"),
    ("secret", "Replace the credential"),
    ("move", "Move here"),
)
TEST_NOTE = (
    "An object is listed, written, read, protected and deleted in this place, and other buckets"
    " are asked for, which must be refused."
)
MOVE_NOTE = (
    "From now on new files of {0} are kept here and older ones are read where they are. They are"
    " copied, proven and switched by the command: manage.py move_storage --organization {0.slug}"
)
NOT_YET = "The location cannot be used yet."
Act = Callable[[StorageLocation, Any], str]


@admin.register(StorageLocation)
class StorageLocationAdmin(ConfigurationAdmin):
    """Nothing here is changed in place: another place is another location, and a move."""

    title = "Storage"
    viewing, changing = "view_storage", "change_storage"
    about = (
        "The folder or bucket that is one organization's alone. Without one its files lie in the"
        " platform's own folder."
    )
    when_empty = "No location yet, so files lie in the platform's own folder."
    hidden = ("sealed_secret",)
    list_display = ("__str__", "kind", "endpoint", "region", "is_active", "created_at")
    list_filter = ("kind", "is_active", "region")
    list_select_related = ("organization",)
    search = ("public_id", "bucket*", "root*")
    search_help_text = "A public id, or the beginning of a bucket or folder."
    ordering = ("organization_id", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return on_platform(request) and may(request, self.changing)

    def get_urls(self) -> list[Any]:
        pages = {"test": self.test_view, "secret": self.secret_view, "move": self.move_view}
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(page),
                name=f"tenants_storagelocation_{name}",
            )
            for name, page in pages.items()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None and self.has_add_permission(request):
            context["tools"] = [
                (words, reverse(f"{ROWS}_{name}", args=[row.pk]))
                for name, words in TOOLS
                if name != "secret" or row.kind == StorageLocation.Kind.S3
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(transaction.non_atomic_requests)
    @method_decorator(sensitive_post_parameters())
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewLocationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            organization = form.cleaned_data["organization"]
            words = self._done(organization, form, lambda: self._add(request, organization, form))
            if words:
                self.message_user(request, words, messages.SUCCESS)
                return redirect(f"{ROWS}_changelist")
        return self._page(request, "Add a storage location", form, "Add")

    @method_decorator(transaction.non_atomic_requests)
    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._act(
            request,
            object_id,
            ConfirmForm(_sent(request)),
            ("Test {}", TEST_NOTE, "Test now"),
            lambda location, _form: self._test(request, location),
        )

    @method_decorator(transaction.non_atomic_requests)
    @method_decorator(sensitive_post_parameters())
    def secret_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def replace(location: StorageLocation, form: SecretForm) -> str:
            with _own(location) as own:
                replace_secret(own, **form.cleaned_data, actor=_person(request))
            return f"{location} is opened by the new credential from now on."

        words = ("Replace the credential of {}", "", "Replace")
        return self._act(request, object_id, SecretForm(_sent(request)), words, replace)

    @method_decorator(transaction.non_atomic_requests)
    def move_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def begin(location: StorageLocation, _form: Any) -> str:
            with _own(location) as own:
                begin_move(own.organization, own, actor=_person(request))
            return MOVE_NOTE.format(location.organization)

        words = ("Move to {}", MOVE_NOTE, "Begin the move")
        return self._act(request, object_id, ConfirmForm(_sent(request)), words, begin)

    def _act(
        self,
        request: HttpRequest,
        object_id: str,
        form: Any,
        words: tuple[str, str, str],
        act: Act,
    ) -> HttpResponse:
        """A page with one button; what the button does happens in the organization's scope."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        location = self.get_object(request, object_id)
        if location is None:
            raise Http404
        title, note, button = words
        if request.method == "POST" and form.is_valid():
            said = self._done(location.organization, form, lambda: act(location, form))
            level = messages.WARNING if said == NOT_YET else messages.SUCCESS
            if said:
                self.message_user(request, said, level)
                return redirect(f"{ROWS}_change", location.pk)
        note = note.format(location.organization)
        return self._page(request, title.format(location), form, button, note)

    def _done(self, organization: Organization, form: BaseForm, act: Callable[[], str]) -> str:
        """What to say; nothing where it was refused, with the reason in the form and the trail."""
        try:
            return act()
        except Taken as taken:
            words = f"This {taken.what} is {taken.holder}'s ({taken.holder.slug})."
            reason = f"{taken.what}-taken"
        except (Refused, NotMovable) as refused:
            words, reason = f"Not possible: {refused}.", str(refused)[:120]
        form.add_error(None, words)
        audit.record_alone(organization.pk, "tenants.storage.refused", reason=reason)
        return ""

    def _add(self, request: HttpRequest, organization: Organization, form: NewLocationForm) -> str:
        with organization_scope(organization.pk), transaction.atomic():
            inside = Organization.objects.get(pk=organization.pk)
            change = set_location(inside, form.wanted(), actor=_person(request))
        if change.needs_move:
            return f"{change.location} is set. Test it, then move the organization's files there."
        return f"{change.location} is in use."

    def _test(self, request: HttpRequest, location: StorageLocation) -> str:
        findings = check_location(location)
        for finding in findings:
            level = messages.SUCCESS if finding.is_right else messages.ERROR
            self.message_user(request, finding.words, level)
        is_right = all(finding.is_right for finding in findings)
        audit.record_alone(
            location.organization_id,
            "tenants.storage.tested",
            subject=location,
            actor=_person(request),
            outcome="right" if is_right else "wrong",
        )
        return "The location can be used." if is_right else NOT_YET

    def _page(
        self, request: HttpRequest, title: str, form: Any, button: str, note: str = ""
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "button": button,
            "note": note,
        }
        return TemplateResponse(request, "admin/form.html", context)


@admin.register(StorageMove)
class StorageMoveAdmin(ConfigurationAdmin):
    viewing = "view_storage"
    title = "Storage moves"
    about = "An organization's files on their way from one place to another."
    when_empty = "Nothing has been moved."
    list_display = ("public_id", "source", "target", "state", "copied", "begun_at", "switched_at")
    list_filter = ("state",)
    list_select_related = ("organization", "source", "target")
    search = ("public_id",)
    search_help_text = "A public id."
    ordering = ("-id",)


@contextmanager
def _own(location: StorageLocation) -> Iterator[StorageLocation]:
    """The same row as its organization's, in its scope."""
    with organization_scope(location.organization_id), transaction.atomic():
        yield StorageLocation.objects.select_related("organization").get(pk=location.pk)


def _sent(request: HttpRequest) -> Any:
    """A form without fields is sent as well, and empty."""
    return request.POST if request.method == "POST" else None


def _person(request: HttpRequest) -> Any:
    return request.user
