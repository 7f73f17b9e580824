import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import lookup_function, secure


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityProvider",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="operational: The row's random name in addresses and messages.",
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        db_comment="operational: Name shown to those who sign in there.",
                        max_length=80,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("oidc", "OpenID Connect"), ("saml", "SAML 2.0")],
                        db_comment="operational: The protocol it speaks.",
                        max_length=4,
                    ),
                ),
                (
                    "issuer",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Its issuer address (OpenID Connect) or entity id (SAML).",
                        max_length=500,
                    ),
                ),
                (
                    "client_id",
                    models.CharField(
                        blank=True,
                        db_comment="operational: What it knows the platform as (OpenID Connect).",
                        max_length=255,
                        verbose_name="client id",
                    ),
                ),
                (
                    "client_secret_sealed",
                    apps.core.fields.SecretField(
                        db_comment="operational: Sealed secret of the client; empty where it has none.",
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "endpoint_hosts",
                    models.TextField(
                        blank=True,
                        db_comment="operational: Hosts of its own beside the issuer's, one a line.",
                        verbose_name="further hosts",
                    ),
                ),
                (
                    "trusts_email",
                    models.BooleanField(
                        db_comment="operational: True where it sends no email_verified and has checked every one.",
                        default=False,
                        verbose_name="all addresses are checked",
                    ),
                ),
                (
                    "metadata",
                    models.TextField(
                        blank=True,
                        db_comment="operational: Its metadata document, addresses and keys (SAML).",
                    ),
                ),
                (
                    "joins_as",
                    models.CharField(
                        blank=True,
                        db_comment="operational: Role of people it sends who are no members; empty refuses them.",
                        max_length=16,
                        verbose_name="new people join as",
                    ),
                ),
                (
                    "password_allowed",
                    models.BooleanField(
                        db_comment="operational: False keeps sessions begun with a password out.",
                        default=True,
                        verbose_name="passwords are allowed as well",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: False sends nobody there and takes no answer.",
                        default=True,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="IdentityDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        db_comment="operational: The domain, in lower case and ASCII.",
                        max_length=253,
                    ),
                ),
                (
                    "is_confirmed",
                    models.BooleanField(
                        db_comment="operational: True once platform staff made sure whose domain it is.",
                        default=False,
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_comment="operational: False once the organization gave the domain up.",
                        default=True,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "provider",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The provider that vouches for addresses of the domain.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="domains",
                        to="tenants.identityprovider",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ExternalIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        db_comment="identifier: The provider's lasting name of the person.",
                        max_length=255,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_comment="operational: When the person first came from there.",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "user",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person's account here.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "provider",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The provider that names the subject.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to="tenants.identityprovider",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignOnAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="operational: The row's random name in addresses and messages.",
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "answer_id",
                    models.CharField(
                        db_comment="operational: Hash of the answer's own name; no second is taken.",
                        max_length=64,
                    ),
                ),
                (
                    "in_response_to",
                    models.CharField(
                        db_comment="operational: The request it answers.", max_length=64
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        db_comment="identifier: The provider's lasting name of the person.",
                        max_length=255,
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        db_comment="identifier: The address the provider vouches for; else empty.",
                        max_length=254,
                    ),
                ),
                (
                    "full_name",
                    models.CharField(
                        blank=True,
                        db_comment="identifier: The person's name there.",
                        max_length=150,
                    ),
                ),
                (
                    "authenticated_at",
                    models.DateTimeField(
                        db_comment="operational: When the person proved who they are; empty if not said.",
                        null=True,
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When the answer came."
                    ),
                ),
                (
                    "used_at",
                    models.DateTimeField(
                        db_comment="operational: When it was used; once.", null=True
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_comment="operational: The organization that owns the row; row-level security reads it.",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organization",
                    ),
                ),
                (
                    "provider",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The provider that answered.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="tenants.identityprovider",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="identityprovider",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="one_identity_provider_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydomain",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="one_identity_domain_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="externalidentity",
            constraint=models.UniqueConstraint(
                fields=("organization", "provider", "subject"), name="one_person_a_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="externalidentity",
            constraint=models.UniqueConstraint(
                fields=("organization", "provider", "user"), name="one_subject_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="signonanswer",
            constraint=models.UniqueConstraint(
                fields=("organization", "provider", "answer_id"), name="one_answer_a_name"
            ),
        ),
        secure("tenants_identityprovider", platform="SELECT", lookup=True),
        secure(
            "tenants_identitydomain",
            [("provider_id", "tenants_identityprovider")],
            platform="SELECT",
            lookup=True,
        ),
        secure(
            "tenants_externalidentity",
            [("provider_id", "tenants_identityprovider")],
            shared=[("user_id", "tenants_user")],
        ),
        secure("tenants_signonanswer", [("provider_id", "tenants_identityprovider")]),
        lookup_function(
            "identity_provider_of_domain",
            "wanted text",
            "TABLE(organization_id bigint, provider uuid)",
            """SELECT d.organization_id, p.public_id FROM public.tenants_identitydomain d
               JOIN public.tenants_identityprovider p
                 ON p.organization_id = d.organization_id AND p.id = d.provider_id
               JOIN public.tenants_organization o ON o.id = d.organization_id
               WHERE d.name = wanted AND d.is_active AND d.is_confirmed AND p.is_active
                 AND o.is_live
               ORDER BY d.id LIMIT 1""",
        ),
        lookup_function(
            "organization_of_identity_provider",
            "wanted uuid",
            "bigint",
            """SELECT p.organization_id FROM public.tenants_identityprovider p
               JOIN public.tenants_organization o ON o.id = p.organization_id
               WHERE p.public_id = wanted AND p.is_active AND o.is_live""",
        ),
        lookup_function(
            "closed_to_passwords",
            "person bigint",
            "SETOF bigint",
            """SELECT DISTINCT m.organization_id FROM public.tenants_membership m
               JOIN public.tenants_identityprovider p ON p.organization_id = m.organization_id
               WHERE m.user_id = person AND p.is_active AND NOT p.password_allowed""",
        ),
    ]
