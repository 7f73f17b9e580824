"""Who did what, when, to which record: a keyed chain per organization."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.audit.chain import Event, Link
from apps.audit.model_alarm import Alarm
from apps.core.fields import OrgForeignKey, SharedForeignKey, Tenant


class AuditEvent(Tenant):
    """One thing that happened. Ids only; the wording of codes is in `audit.codes`."""

    seq = models.BigIntegerField(db_comment="operational: Gapless number in the organization.")
    code = models.CharField(
        max_length=64, db_comment="operational: What happened: app.object.past_participle."
    )
    actor = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: The person who did it; empty for the platform itself.",
    )
    client = OrgForeignKey(
        "tenants.ApiClient",
        null=True,
        related_name="+",
        db_index=False,
        db_comment="operational: The program that did it, where none of our people did.",
    )
    object_type = models.CharField(
        max_length=64, blank=True, db_comment="operational: Kind of record, app.model."
    )
    object_id = models.CharField(
        max_length=64, blank=True, db_comment="operational: The record's public id."
    )
    trace_id = models.UUIDField(
        null=True, db_comment="operational: Ties the event to the request or file it came from."
    )
    details = models.TextField(
        default="{}", db_comment="operational: Canonical JSON of ids, codes, versions and reasons."
    )
    occurred_at = models.DateTimeField(db_comment="operational: When it happened, UTC.")
    software = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        db_comment="operational: Version of the platform that wrote it; empty before form 2.",
    )
    form = models.PositiveSmallIntegerField(
        db_default=1, db_comment="operational: Which fields the code covers, and how."
    )
    previous_mac = models.BinaryField(db_comment="operational: The chain's code before this event.")
    mac = models.BinaryField(db_comment="operational: Keyed code over the previous one and this.")

    class Meta:
        ordering = ["-seq"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "seq"], name="audit_seq_is_gapless")
        ]
        indexes = [
            models.Index(
                fields=["organization", "object_type", "object_id", "seq"], name="audit_by_object"
            ),
            models.Index(fields=["organization", "actor", "seq"], name="audit_by_actor"),
            models.Index(fields=["organization", "code", "seq"], name="audit_by_code"),
            models.Index(fields=["organization", "client", "seq"], name="audit_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.code}"

    def link(self) -> Link:
        """The row as the chain sees it."""
        event = Event(
            organization_id=self.organization_id,
            code=self.code,
            actor_id=self.actor_id,
            object_type=self.object_type,
            object_id=self.object_id,
            trace_id=self.trace_id,
            details=self.details,
            occurred_at=self.occurred_at,
            software=self.software,
            form=self.form,
            client_id=self.client_id,
        )
        return Link(event, self.seq, bytes(self.previous_mac), bytes(self.mac))


class AuditHead(Tenant):
    """The end of an organization's chain; locked while events are appended."""

    seq = models.BigIntegerField(
        default=0, db_comment="operational: Number of the last event written."
    )
    mac = models.BinaryField(default=b"", db_comment="operational: Code of the last event written.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="one_chain_each")]

    def __str__(self) -> str:
        return f"head at {self.seq}"


# Django finds models by their app's `models`.
from apps.audit.model_count import AuditCount  # noqa: E402

__all__ = ["Alarm", "AuditCount", "AuditEvent", "AuditHead"]
