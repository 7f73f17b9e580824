"""Destinations from before go on as they were, in the clear; new ones speak TLS.

Which those are is in the admin's list of destinations; an administrator changes each once its
receiver speaks TLS.
"""

from django.db import migrations, models

import apps.core.fields

TRANSPORTS = [
    ("tls", "TLS: encrypted, the receiver proves who it is"),
    ("private", "Not encrypted: the network to it is private, such as a VPN"),
]
COMMENT = "operational: Whether TLS is spoken, or the network between is private."


def transport(default):
    return models.CharField(choices=TRANSPORTS, db_comment=COMMENT, default=default, max_length=8)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_submission_key")]

    operations = [
        # What a column is added with stands in every row there is: no row is read or written.
        migrations.AddField("destination", "transport", transport("private")),
        migrations.AlterField("destination", "transport", transport("tls")),
        migrations.AddField(
            model_name="destination",
            name="tls_authorities",
            field=models.TextField(
                blank=True,
                db_comment="operational: PEM of its certificate or who signs it;"
                " none: the machine's.",
                default="",
                verbose_name="trusted certificates",
            ),
        ),
        migrations.AddField(
            model_name="destination",
            name="tls_name",
            field=models.CharField(
                blank=True,
                db_comment="operational: Whom its certificate is for; empty: the host itself.",
                default="",
                max_length=253,
                verbose_name="name in its certificate",
            ),
        ),
        migrations.AddField(
            model_name="destination",
            name="tls_certificate",
            field=models.TextField(
                blank=True,
                db_comment="operational: PEM shown to it, with those above it; empty for none.",
                default="",
                verbose_name="our certificate",
            ),
        ),
        migrations.AddField(
            model_name="destination",
            name="tls_key",
            field=apps.core.fields.SecretField(
                db_comment="operational: Sealed private key of the certificate shown to it.",
                editable=False,
                null=True,
            ),
        ),
    ]
