"""The form of an identity provider: what is set is tried before it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from apps.audit.admin_base import TenantForm
from apps.tenants.models import ExternalIdentity, IdentityProvider, Membership
from apps.tenants.sign_on.discovery import discover
from apps.tenants.sign_on.domains import DomainTaken, check_free, domains_in
from apps.tenants.sign_on.errors import ProviderFault
from apps.tenants.sign_on.saml_metadata import check_certificates, read_metadata
from apps.tenants.sign_on.secrets import set_client_secret

TAKEN = "The domain {domain} cannot be used here. Ask platform staff."
NOBODY = "Somebody must have signed in there before passwords are refused: it shows that it works."

Role = Membership.Role
JOINS = [("", "Nobody: they must be members")]
JOINS += [(role, label) for role, label in Role.choices if role != Role.ADMINISTRATOR]


class IdentityProviderForm(TenantForm):
    """What is refused names no other organization; platform staff see all of them."""

    client_secret = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="What the provider gave out with the client id. It is kept sealed and never"
        " shown; leave it empty to keep the one there is.",
    )
    domains = forms.CharField(
        label="E-mail domains",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line. People with such addresses are sent there, once platform staff"
        " has made sure whose domains they are.",
    )
    joins_as = forms.ChoiceField(
        label="New people join as",
        required=False,
        choices=JOINS,
        help_text="Role of people whom the provider sends and who are no members yet.",
    )

    required_contexts = forms.CharField(
        label="Required strength",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Classes of sign-in, one a line, as the provider names them: acr values, or"
        " classes of SAML. An answer that names none of them is refused.",
    )
    required_methods = forms.CharField(
        required=False,
        max_length=200,
        help_text="OpenID Connect: methods (amr) that an answer must all name, such as mfa.",
    )

    class Meta:
        model = IdentityProvider
        exclude = ("organization", "client_secret_sealed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            rows = self.instance.domains.filter(is_active=True)
            self.initial["domains"] = "\n".join(row.name for row in rows)

    def clean_domains(self) -> list[str]:
        try:
            domains = domains_in(self.cleaned_data["domains"])
        except ValueError as error:
            raise forms.ValidationError(f"{error} is no domain, such as mercy.example.") from None
        try:
            check_free(self.instance.organization_id, domains)
        except DomainTaken as taken:
            raise forms.ValidationError(TAKEN.format(domain=taken.domain)) from None
        return domains

    def clean_password_allowed(self) -> bool:
        allowed: bool = self.cleaned_data["password_allowed"]
        if not allowed and not self._has_worked():
            raise forms.ValidationError(NOBODY)
        return allowed

    def _has_worked(self) -> bool:
        found = ExternalIdentity.objects.filter(provider=self.instance.pk)
        return bool(self.instance.pk) and found.exists()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        try:
            if kind == IdentityProvider.Kind.OIDC:
                self._try_oidc(cleaned)
            elif kind == IdentityProvider.Kind.SAML:
                self._try_saml(cleaned)
        except ProviderFault as fault:
            at = "issuer" if kind == IdentityProvider.Kind.OIDC else "metadata"
            self.add_error(at, fault.words)
        return cleaned

    def _try_oidc(self, cleaned: dict[str, Any]) -> None:
        """Asks the provider where it is to be asked. Raises ProviderFault."""
        for name in ("issuer", "client_id"):
            if not cleaned.get(name):
                self.add_error(name, "OpenID Connect needs it.")
        if cleaned.get("issuer"):
            hosts = cleaned.get("endpoint_hosts", "")
            discover(IdentityProvider(issuer=cleaned["issuer"], endpoint_hosts=hosts))

    def _try_saml(self, cleaned: dict[str, Any]) -> None:
        """Raises ProviderFault for a document that cannot be used."""
        if cleaned.get("required_methods"):
            self.add_error("required_methods", "SAML names a class only. Ask for that.")
        idp = read_metadata(cleaned.get("metadata", ""))
        check_certificates(idp, timezone.now())
        cleaned["issuer"] = idp.entity_id

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["client_secret"]:
            set_client_secret(self.instance, self.cleaned_data["client_secret"])
        return super().save(commit)
