"""Forms that make something new: an organization, a member."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from apps.audit.admin_base import TenantForm
from apps.core.admin_lists import purposes
from apps.tenants.actions import NewOrganization, organization_for_platform
from apps.tenants.model_api import Scope
from apps.tenants.models import PLATFORM_SLUG, ApiClient, Membership, Organization, User

TAKEN = "There is an organization of this short name. Choose another."
MEMBER = "This person is a member already. Change the role in the list of members."
ELSEWHERE = "This address cannot be invited here. Ask platform staff to add the person."


class NewOrganizationForm(forms.ModelForm):
    sites = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One name a line: hospitals, clinics, wards. More can be added later.",
    )

    class Meta:
        model = Organization
        fields = ("slug", "name", "type", "region", "time_zone", "assigning_authority")
        labels = {"slug": "Short name"}
        help_texts = purposes(Organization)

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


class InviteForm(TenantForm):
    """A new person with a role here. Whether an address has an account elsewhere is not told."""

    full_name = forms.CharField(max_length=150, help_text="The name printed in signatures.")
    email = forms.EmailField(label="E-mail", help_text="The address the person signs in with.")
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        label="Initial password",
        help_text="12 characters or more. Pass it on to the person, who should change it.",
    )

    class Meta:
        model = Membership
        # The choice of sites is added with the request: no scope is open at import.
        fields = ("role",)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        user = User.objects.filter(email=email).first()
        if user is None:
            return email
        if Membership.objects.filter(user=user).exists():
            raise forms.ValidationError(MEMBER)
        raise forms.ValidationError(ELSEWHERE)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password"):
            person = User(email=cleaned.get("email", ""), full_name=cleaned.get("full_name", ""))
            try:
                validate_password(cleaned["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


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
