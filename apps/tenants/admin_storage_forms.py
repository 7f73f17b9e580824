"""Forms of a storage location: a new one, and another credential."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.core.admin_lists import purposes
from apps.tenants.model_storage import StorageLocation
from apps.tenants.models import PLATFORM_SLUG, Organization
from apps.tenants.storage import NewLocation

SECRET = forms.PasswordInput(attrs={"autocomplete": "off"})


class NewLocationForm(forms.ModelForm):
    organization = forms.ModelChoiceField(
        Organization.objects.none(), help_text="The only organization that may ever use it."
    )
    secret_key = forms.CharField(
        widget=SECRET, required=False, help_text="Kept sealed and never shown again."
    )

    class Meta:
        model = StorageLocation
        fields = (
            "organization",
            "kind",
            "root",
            "endpoint",
            "bucket",
            "prefix",
            "region",
            "signing_region",
            "access_key_id",
        )
        help_texts = purposes(StorageLocation)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organization.objects.using("platform").exclude(slug=PLATFORM_SLUG)
        chosen: Any = self.fields["organization"]
        chosen.queryset = rows.order_by("name")

    def _post_clean(self) -> None:
        """What a location must be is asked where it is set, in the organization's scope."""

    def wanted(self) -> NewLocation:
        given = {k: v for k, v in self.cleaned_data.items() if k != "organization"}
        return NewLocation(**given)


class SecretForm(forms.Form):
    access_key_id = forms.CharField(max_length=128, label="Access key id")
    secret_key = forms.CharField(
        widget=SECRET, help_text="Kept sealed and never shown again. The former one is forgotten."
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in."""
