"""Vendor profiles in the administration: drafted, tried on files, put live, renewed, retired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

from apps.audit.admin_base import ConfigurationAdmin
from apps.audit.admin_queue import QueueAdmin
from apps.core.blobs.store import TooLarge
from apps.ingestion import profiles, samples
from apps.ingestion.admin_profile_forms import ExperimentalForm, ProfileForm, SampleForm
from apps.ingestion.models import ExperimentalFormat, ProfileSample, VendorProfile
from apps.ingestion.profiles import COPIED, NotReady
from apps.ingestion.quarantine import release_what_may

ROWS = "admin:ingestion_vendorprofile"
FACTS = tuple(name for name in COPIED if name != "name")
NOTES = {
    "live": "From now on its files are read with it. It cannot be changed any more: a new version"
    " takes its place. The version before is superseded.",
    "version": "A draft begins as a copy, with the same files to be tried on. Until it is live"
    " nothing changes.",
    "retire": "New files are read without it. What was read with it stays and says so.",
}
BUTTONS = {"live": "Put live", "version": "Draft a new version", "retire": "Retire"}


@admin.register(VendorProfile)
class VendorProfileAdmin(ConfigurationAdmin):
    form = ProfileForm
    change_form_template = "admin/profile.html"
    title = "Vendor profiles"
    viewing, changing = "view_vendor_profiles", "change_vendor_profiles"
    about = (
        "What is so in the files of one device and is not said in them: units, leads, dates."
        " Tried on files of the device before it is live; every change it makes is on the ECG."
    )
    when_empty = "No profile. Files are read as they are written, with what comes shipped."
    addable = ("start_from", "name", *FACTS)
    editable = FACTS
    list_display = ("name", "version", "state", "manufacturer", "model_name", "live_at")
    list_filter = ("state",)
    list_select_related = ("created_by", "live_by")
    search = ("name*", "manufacturer*")
    search_help_text = "The beginning of a name or of a manufacturer."
    ordering = ("name", "-version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was live once stays as it was."""
        drafted = obj is None or obj.state == VendorProfile.State.DRAFT
        return super().has_change_permission(request, obj) and drafted

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Other facts are other reading: every sample is tried again."""
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        samples.try_again(obj)

    def get_urls(self) -> list[Any]:
        pages = {name: self._page(name) for name in BUTTONS} | {"sample": self.sample_view}
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"ingestion_vendorprofile_{name}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        profile = kwargs.get("obj")
        if profile is not None:
            context["samples"] = list(ProfileSample.objects.filter(profile=profile).order_by("id"))
            if super().has_change_permission(request):
                context["tools"] = [
                    (words, _address(name, profile)) for name, words in _tools(profile)
                ]
            if profile.state == VendorProfile.State.DRAFT:
                context["standing"] = profiles.standing(profile)
        return super().render_change_form(request, context, *args, **kwargs)

    def _page(self, name: str) -> Callable[..., HttpResponse]:
        """A page with one button that takes the profile one step further."""

        def page(request: HttpRequest, object_id: str) -> HttpResponse:
            profile = self._own(request, object_id)
            if request.method != "POST":
                return self._ask(
                    request, forms.Form(), f"{BUTTONS[name]}: {profile}", BUTTONS[name], NOTES[name]
                )
            try:
                done = _step(name, profile, request.user)
            except NotReady as problem:
                self.message_user(request, str(problem), messages.ERROR)
                return redirect(f"{ROWS}_change", profile.pk)
            self.message_user(
                request, f"{done}: {done.get_state_display().lower()}.", messages.SUCCESS
            )
            return redirect(f"{ROWS}_change", done.pk)

        return page

    @method_decorator(transaction.non_atomic_requests)
    def sample_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Bytes are kept before their row is written, so no transaction may be open."""
        with transaction.atomic():
            profile = self._own(request, object_id)
            posted = request.method == "POST"
            form = SampleForm(request.POST, request.FILES) if posted else SampleForm()
            valid = posted and form.is_valid()
        if not valid:
            return self._ask(request, form, f"A file for {profile}", "Add to the trial")
        try:
            sha256, origin = form.kept(profile.organization_id)
        except TooLarge:
            form.add_error("file", "The file is larger than is taken.")
            return self._ask(request, form, f"A file for {profile}", "Add to the trial")
        added = samples.add_sample(profile, sha256, origin, by=request.user)  # type: ignore[arg-type]
        words = "The file is being tried." if added else "The file is on the trial already."
        self.message_user(request, words, messages.SUCCESS if added else messages.WARNING)
        return redirect(f"{ROWS}_change", profile.pk)

    def _own(self, request: HttpRequest, object_id: str) -> VendorProfile:
        profile = self.get_object(request, object_id)
        if profile is None:
            raise Http404
        if not super().has_change_permission(request):
            raise PermissionDenied
        return profile

    def _ask(
        self, request: HttpRequest, form: forms.BaseForm, title: str, button: str, note: str = ""
    ) -> HttpResponse:
        words = {"title": title, "button": button, "note": note, "form": form, "opts": self.opts}
        context = {**self.admin_site.each_context(request), **words}
        return TemplateResponse(request, "admin/form.html", context)


def _tools(profile: VendorProfile) -> list[tuple[str, str]]:
    """The steps that its state allows."""
    state = VendorProfile.State(profile.state)
    if state == VendorProfile.State.DRAFT:
        return [("sample", "Add a file…"), ("live", "Put live…"), ("retire", "Retire…")]
    newer = [("version", "New version…")]
    return [*newer, ("retire", "Retire…")] if state == VendorProfile.State.LIVE else newer


def _step(name: str, profile: VendorProfile, by: Any) -> VendorProfile:
    if name == "live":
        return profiles.put_live(profile, by=by, now=timezone.now())
    if name == "version":
        return profiles.new_version(profile, by=by)
    return profiles.retire(profile, by=by, now=timezone.now())


def _address(name: str, profile: VendorProfile) -> str:
    return reverse(f"{ROWS}_{name}", args=[profile.pk])


@admin.register(ProfileSample)
class ProfileSampleAdmin(QueueAdmin):
    title = "Trials of vendor profiles"
    about = "Files that profiles are tried on. Results are on the page of the profile."
    when_empty = "No trial. Add a file on the page of a vendor profile."
    replayed = "ingestion.sample.replayed"
    list_display = ("public_id", "added_at", "profile", "state", "passed", "error_code")
    list_filter = ("state",)
    list_select_related = ("profile",)
    search = ("public_id", "sha256")
    search_help_text = "A public id, or the SHA-256 of a file."
    ordering = ("-id",)


@admin.register(ExperimentalFormat)
class ExperimentalFormatAdmin(ConfigurationAdmin):
    form = ExperimentalForm
    title = "Experimental formats"
    viewing, changing = "view_vendor_profiles", "change_vendor_profiles"
    about = (
        "Formats that no real file proves yet. Their files are refused unless switched on here;"
        " what is taken is marked experimental on its page and its report."
    )
    when_empty = "None is switched on: files of experimental formats are refused and kept."
    addable = ("format", "is_on", "reason")
    editable = ("is_on", "reason")
    list_display = ("format", "is_on", "reason", "added_at")
    list_filter = ("is_on",)
    search = ("format*",)
    search_help_text = "The beginning of a format's name."
    ordering = ("format", "id")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What was refused for this format alone goes on."""
        super().save_model(request, obj, form, change)
        release_what_may()
