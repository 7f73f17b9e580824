"""Forms that make something new: an organization, a program of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings

from apps.audit.admin_base import TenantForm
from apps.core.admin_lists import purposes
from apps.tenants.actions import NewOrganization, organization_for_platform
from apps.tenants.model_api import Scope
from apps.tenants.models import PLATFORM_SLUG, ApiClient, Organization

TAKEN = "There is an organization of this short name. Choose another."
MEMBER = "This person is a member already. Change the role in the list of members."


class NewOrganizationForm(forms.ModelForm):
    sites = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One name a line: hospitals, clinics, wards. More can be added later.",
    )

    class Meta:
        model = Organization
        fields = (
            "slug",
            "name",
            "type",
            "region",
            "time_zone",
            "assigning_authority",
            "second_factor_required",
        )
        labels = {"slug": "Short name"}
        help_texts = purposes(Organization)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["second_factor_required"] = settings.NEW_SECOND_FACTOR_REQUIRED

    def clean_slug(self) -> str:
        """One whose making was cut short may be completed."""
        slug: str = self.cleaned_data["slug"]
        found = organization_for_platform(slug)
        if slug == PLATFORM_SLUG or (found and (found.is_live or found.offboarded_at)):
            raise forms.ValidationError(TAKEN)
        return slug

    def clean_sites(self) -> tuple[str, ...]:
        names = [" ".join(line.split()) for line in self.cleaned_data["sites"].splitlines()]
        kept = tuple(dict.fromkeys(name for name in names if name))
        if any(len(name) > 120 for name in kept):
            raise forms.ValidationError("A name has 120 letters at most.")
        return kept

    def wanted(self) -> NewOrganization:
        return NewOrganization(**self.cleaned_data)


class ClientForm(TenantForm):
    """Scopes as boxes to tick; kept as one text."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="What the program may do. Give no more than it needs.",
    )
    expires_at = forms.DateTimeField(
        required=False,
        label="Expires",
        help_text="When its keys end, as 2027-01-31 18:00. Leave empty for no end.",
    )

    class Meta:
        model = ApiClient
        fields = ("name", "scopes", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["scopes"] = self.instance.scopes.split()

    def clean_scopes(self) -> str:
        return " ".join(sorted(self.cleaned_data["scopes"]))


OVERLAPS = {
    "none": ("End the old key now", dt.timedelta(0)),
    "hour": ("1 hour", dt.timedelta(hours=1)),
    "day": ("1 day", dt.timedelta(days=1)),
    "week": ("7 days", dt.timedelta(days=7)),
    "month": ("30 days", dt.timedelta(days=30)),
}


class RotateForm(forms.Form):
    overlap = forms.ChoiceField(
        choices=[(name, words) for name, (words, _) in OVERLAPS.items()],
        initial="day",
        label="The old key goes on for",
        help_text="Time to give the program its new key. A key that was seen by others ends now.",
    )

    def clean_overlap(self) -> dt.timedelta:
        return OVERLAPS[self.cleaned_data["overlap"]][1]
