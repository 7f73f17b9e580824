"""Who is told of alarms, and each telling."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from apps.audit.model_alarm import Alarm
from apps.core.fields import OrgForeignKey, Public, SecretField, Tenant
from apps.core.leases import Leased
from apps.integrations.destinations.webhook.client import validate_address


class AlarmChannel(Tenant, Public):
    """Who is told of alarms, and how."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Signed webhook"

    kind = models.CharField(
        max_length=8, choices=Kind.choices, db_comment="operational: How it is told."
    )
    address = models.CharField(
        max_length=300,
        db_comment="operational: An e-mail address, or the https address of the webhook.",
    )
    secret = SecretField(
        null=True,
        editable=False,
        db_comment="operational: Sealed secret that signs the webhook's messages.",
    )
    only_critical = models.BooleanField(
        default=False, db_comment="operational: Whether warnings are left out."
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: Whether it is told at present."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "address"], name="one_channel_an_address"
            )
        ]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        check = validate_email if self.kind == self.Kind.EMAIL else validate_address
        try:
            check(self.address)
        except ValidationError as error:
            raise ValidationError({"address": error.messages}) from None


class AlarmNotice(Leased, Public):
    """One telling of one alarm to one channel, tried until it is taken."""

    alarm = OrgForeignKey(Alarm, related_name="notices", db_comment="operational: What is told.")
    channel = OrgForeignKey(AlarmChannel, related_name="+", db_comment="operational: Who is told.")
    kind = models.CharField(
        max_length=8, choices=Alarm.Told.choices, db_comment="operational: Beginning or end."
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was queued."
    )
    sent_at = models.DateTimeField(null=True, db_comment="operational: When it was taken.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "alarm", "channel", "kind"], name="one_notice_each"
            )
        ]

    def __str__(self) -> str:
        return f"Notice {self.public_id}"
