"""Identity providers of an organization, whom they vouch for and what they answered."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Public, SecretField, SharedForeignKey, Tenant


class IdentityProvider(Tenant, Public):
    """The system at which an organization's people sign in, instead of a password here."""

    class Kind(models.TextChoices):
        OIDC = "oidc", "OpenID Connect"
        SAML = "saml", "SAML 2.0"

    name = models.CharField(
        max_length=80, db_comment="operational: Name shown to those who sign in there."
    )
    kind = models.CharField(
        max_length=4, choices=Kind.choices, db_comment="operational: The protocol it speaks."
    )
    issuer = models.CharField(
        max_length=500,
        blank=True,
        db_comment="operational: Its issuer address (OpenID Connect) or entity id (SAML).",
    )
    client_id = models.CharField(
        max_length=255,
        blank=True,
        verbose_name="client id",
        db_comment="operational: What it knows the platform as (OpenID Connect).",
    )
    client_secret_sealed = SecretField(
        null=True,
        editable=False,
        db_comment="operational: Sealed secret of the client; empty where it has none.",
    )
    endpoint_hosts = models.TextField(
        blank=True,
        verbose_name="further hosts",
        db_comment="operational: Hosts of its own beside the issuer's, one a line.",
    )
    trusts_email = models.BooleanField(
        default=False,
        verbose_name="all addresses are checked",
        db_comment="operational: True where it sends no email_verified and has checked every one.",
    )
    metadata = models.TextField(
        blank=True, db_comment="operational: Its metadata document, addresses and keys (SAML)."
    )
    joins_as = models.CharField(
        max_length=16,
        blank=True,
        verbose_name="new people join as",
        db_comment="operational: Role of people it sends who are no members; empty refuses them.",
    )
    password_allowed = models.BooleanField(
        default=True,
        verbose_name="passwords are allowed as well",
        db_comment="operational: False keeps sessions begun with a password out.",
    )
    required_contexts = models.TextField(
        blank=True,
        verbose_name="required strength",
        db_comment="operational: Classes of sign-in, one a line, of which an answer must name one.",
    )
    required_methods = models.CharField(
        max_length=200,
        blank=True,
        verbose_name="required methods",
        db_comment="operational: Methods that an answer must all name (amr, OpenID Connect).",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: False sends nobody there and takes no answer."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="one_identity_provider_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class IdentityDomain(Tenant):
    """A domain of e-mail addresses whose people are sent to the provider."""

    provider = OrgForeignKey(
        IdentityProvider,
        related_name="domains",
        db_comment="operational: The provider that vouches for addresses of the domain.",
    )
    name = models.CharField(
        max_length=253, db_comment="operational: The domain, in lower case and ASCII."
    )
    is_confirmed = models.BooleanField(
        default=False,
        db_comment="operational: True once platform staff made sure whose domain it is.",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: False once the organization gave the domain up."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="one_identity_domain_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ExternalIdentity(Tenant):
    """The person behind a subject of a provider."""

    provider = OrgForeignKey(
        IdentityProvider,
        related_name="identities",
        db_comment="operational: The provider that names the subject.",
    )
    subject = models.CharField(
        max_length=255, db_comment="identifier: The provider's lasting name of the person."
    )
    user = SharedForeignKey(
        "tenants.User", related_name="+", db_comment="operational: The person's account here."
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the person first came from there."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "provider", "subject"], name="one_person_a_subject"
            ),
            models.UniqueConstraint(
                fields=["organization", "provider", "user"], name="one_subject_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"Identity {self.pk}"


class SignOnAnswer(Tenant, Public):
    """What a provider said of a person, proven genuine; good for one use."""

    provider = OrgForeignKey(
        IdentityProvider,
        related_name="answers",
        db_comment="operational: The provider that answered.",
    )
    answer_id = models.CharField(
        max_length=64, db_comment="operational: Hash of the answer's own name; no second is taken."
    )
    in_response_to = models.CharField(
        max_length=64, db_comment="operational: The request it answers."
    )
    subject = models.CharField(
        max_length=255, db_comment="identifier: The provider's lasting name of the person."
    )
    email = models.EmailField(
        blank=True, db_comment="identifier: The address the provider vouches for; else empty."
    )
    full_name = models.CharField(
        max_length=150, blank=True, db_comment="identifier: The person's name there."
    )
    authenticated_at = models.DateTimeField(
        null=True, db_comment="operational: When the person proved who they are; empty if not said."
    )
    received_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When the answer came."
    )
    used_at = models.DateTimeField(null=True, db_comment="operational: When it was used; once.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "provider", "answer_id"], name="one_answer_a_name"
            )
        ]

    def __str__(self) -> str:
        return f"Answer {self.public_id}"
