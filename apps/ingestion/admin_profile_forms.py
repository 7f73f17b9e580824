"""Forms of vendor profiles: facts as lines of text, checked as the decoder would read them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.audit.admin_base import TenantForm
from apps.ecg.formats import FORMATS
from apps.ecg.formats.profiles.profile import BadProfile, profile_of
from apps.ecg.formats.profiles.shipped import BEGINNINGS
from apps.ingestion import samples
from apps.ingestion.models import ExperimentalFormat, Ingress, ProfileSample, VendorProfile
from apps.tenants.zones import validate_zone

RECENT = 50


class ProfileForm(TenantForm):
    """`start_from` fills in what the person leaves empty."""

    start_from = forms.ChoiceField(
        required=False,
        label="Start from",
        choices=[("", "Nothing"), *((name, name) for name in BEGINNINGS)],
        help_text="Facts that are known to occur; name your device and try them on its files.",
    )

    class Meta:
        model = VendorProfile
        exclude = ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        beginning = BEGINNINGS.get(cleaned.get("start_from", ""))
        if beginning and not cleaned.get("units"):
            cleaned["units"] = "\n".join(map(_line, beginning["units"]))
        if not self.errors:
            self._check(cleaned)
        return cleaned

    def _check(self, cleaned: dict[str, Any]) -> None:
        given = {name: value for name, value in cleaned.items() if name != "start_from"}
        try:
            if given.get("zone"):
                validate_zone(given["zone"])
            profile_of(VendorProfile(**{"name": "draft", **given}).as_json())
        except BadProfile as problem:
            raise ValidationError(str(problem)) from None


def _line(rule: dict[str, str]) -> str:
    borders = f" {rule['least']} to {rule['most']}" if rule.get("least") else ""
    return f"{rule['stated']}{borders} = {rule['means']}"


class SampleForm(forms.Form):
    """A file of the device: one that arrived, or one from the person's disk."""

    arrival: forms.ModelChoiceField[Ingress] = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="A file that arrived",
        help_text="The newest files. Refused ones say why.",
    )
    file = forms.FileField(required=False, label="Or a file from your disk")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = Ingress.objects.order_by("-received_at", "-id").values("id")[:RECENT]
        field = self.fields["arrival"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Ingress.objects.filter(id__in=newest).order_by("-received_at", "-id")
        field.label_from_instance = _words  # type: ignore[method-assign,assignment]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned.get("arrival")) == bool(cleaned.get("file")):
            raise ValidationError("Choose one file: one that arrived or one from your disk.")
        return cleaned

    def kept(self, organization_id: int) -> tuple[str, str]:
        """The hash of its stored bytes and where it came from. Raises TooLarge."""
        if arrival := self.cleaned_data["arrival"]:
            return arrival.sha256, ProfileSample.Origin.ARRIVAL
        chunks = self.cleaned_data["file"].chunks()
        return samples.keep_upload(organization_id, chunks), ProfileSample.Origin.UPLOAD


def _words(arrival: Ingress) -> str:
    """When, by which door and what became of it; never the name of the file."""
    refused = f" ({arrival.error_code})" if arrival.outcome == Ingress.Outcome.QUARANTINED else ""
    return (
        f"{arrival.received_at:%d-%b-%Y %H:%M} UTC, {arrival.get_source_display()},"
        f" {arrival.get_outcome_display()}{refused}, {str(arrival.trace_id)[:8].upper()}"
    )


class ExperimentalForm(TenantForm):
    """The formats that this software reads."""

    class Meta:
        model = ExperimentalFormat
        exclude = ()

    def clean_format(self) -> str:
        name: str = self.cleaned_data["format"]
        known = sorted(decoder.NAME for decoder in FORMATS)
        if name not in known:
            raise ValidationError(f"One of {', '.join(known)}.")
        return name
