import apps.core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from apps.core.rls import KEEP, lookup_function, secure

WAS = (
    "TABLE(organization_id bigint, client_id bigint, client_name uuid, key_id bigint,"
    " scopes text, used_on date)"
)
IS = WAS[:-1] + ", needs_signature boolean, needs_certificate boolean)"
BODY = """SELECT c.organization_id, c.id, c.public_id, k.id, c.scopes, k.last_used_on{}
   FROM public.tenants_apikey k
   JOIN public.tenants_apiclient c
     ON c.organization_id = k.organization_id AND c.id = k.client_id
   JOIN public.tenants_organization o ON o.id = c.organization_id
   WHERE k.key_hash = wanted AND o.is_live
     AND k.revoked_at IS NULL AND c.revoked_at IS NULL
     AND coalesce(k.expires_at, 'infinity') > statement_timestamp()
     AND coalesce(c.expires_at, 'infinity') > statement_timestamp()"""
NEEDS = ", c.signature_required OR o.signatures_required, c.certificate_required"


def client_by_key_hash(returns: str, columns: str) -> migrations.RunSQL:
    return lookup_function("client_by_key_hash", "wanted text", returns, BODY.format(columns))


def replaced(forth: migrations.RunSQL, back: migrations.RunSQL) -> migrations.RunSQL:
    """A function of the lookup role with other columns: only its owner may drop it."""
    drop = f"SET LOCAL ROLE ecg_lookup; {forth.reverse_sql} RESET ROLE;"
    return migrations.RunSQL(drop + forth.sql, drop + back.sql)


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0013_dicom_peers"),
    ]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="certificate_required",
            field=models.BooleanField(
                db_comment="operational: True where it must show a certificate of its own.",
                default=False,
            ),
        ),
        migrations.AddField(
            model_name="apiclient",
            name="signature_required",
            field=models.BooleanField(
                db_comment="operational: True where the ECGs it sends must be signed.",
                default=False,
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="signatures_required",
            field=models.BooleanField(
                db_comment="operational: True where every program must sign the ECGs it sends.",
                default=False,
            ),
        ),
        migrations.CreateModel(
            name="ClientCertificate",
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
                        db_comment="operational: What it is called in lists.", max_length=80
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        db_comment="operational: SHA-256 of the certificate.", max_length=64
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(db_comment="operational: When it begins, as it says."),
                ),
                (
                    "valid_until",
                    models.DateTimeField(db_comment="operational: When it ends, as it says."),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was added."
                    ),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(
                        db_comment="operational: When it was revoked; refused since.", null=True
                    ),
                ),
                (
                    "client",
                    apps.core.fields.OrgForeignKey(
                        blank=True,
                        db_comment="operational: The API client that shows it; empty for a DICOM device's.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.apiclient",
                    ),
                ),
                (
                    "created_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who added it.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "client certificate",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "fingerprint"), name="one_certificate_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
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
                    "version",
                    models.PositiveSmallIntegerField(
                        db_comment="operational: Which one of its client's keys it is, from 1."
                    ),
                ),
                (
                    "public_key",
                    models.CharField(
                        db_comment="operational: The 32 bytes of the public key, as hexadecimal.",
                        max_length=64,
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        db_comment="operational: SHA-256 of its SubjectPublicKeyInfo; the key id of signatures.",
                        max_length=64,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_comment="operational: When it was added."
                    ),
                ),
                (
                    "retired_at",
                    models.DateTimeField(
                        db_comment="operational: From when on nothing new may be signed with it.",
                        null=True,
                    ),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(
                        db_comment="operational: When it was found to be in wrong hands.", null=True
                    ),
                ),
                (
                    "client",
                    apps.core.fields.OrgForeignKey(
                        db_comment="operational: The device or site agent that signs with it.",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.apiclient",
                    ),
                ),
                (
                    "created_by",
                    apps.core.fields.SharedForeignKey(
                        db_comment="operational: The person who added it.",
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "signing key",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "fingerprint"), name="one_signing_key_once"
                    ),
                    models.UniqueConstraint(
                        fields=("organization", "client", "version"),
                        name="one_signing_key_a_version",
                    ),
                ],
            },
        ),
        secure(
            "tenants_signingkey",
            [("client_id", "tenants_apiclient")],
            shared=[("created_by_id", "tenants_user")],
            privileges=KEEP,
            platform="SELECT",
        ),
        secure(
            "tenants_clientcertificate",
            [("client_id", "tenants_apiclient")],
            shared=[("created_by_id", "tenants_user")],
            privileges=KEEP,
            platform="SELECT",
        ),
        replaced(client_by_key_hash(IS, NEEDS), client_by_key_hash(WAS, "")),
    ]
