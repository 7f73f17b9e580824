"""An invitation to work in an organization: a link by e-mail, used once, within days."""

from __future__ import annotations

from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant


def role_choices() -> list[tuple[str, str]]:
    from apps.tenants.models import Membership

    return Membership.Role.choices


class Invitation(Tenant, Public):
    """Who was asked, to do what; the link itself is kept nowhere."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    email = models.EmailField(db_comment="identifier: The address the link is sent to.")
    full_name = models.CharField(
        max_length=150,
        blank=True,
        db_comment="identifier: The name proposed for signatures; the person may correct it.",
    )
    role = models.CharField(
        max_length=16,
        choices=role_choices,
        db_comment="operational: What the person will do here.",
    )
    site = OrgForeignKey(
        "tenants.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: The place the person will usually work at.",
    )
    state = models.CharField(
        max_length=16,
        choices=State.choices,
        default=State.OPEN,
        db_comment="operational: Whether the link still works.",
    )
    sendings = models.PositiveSmallIntegerField(
        default=0, db_comment="operational: How often it was sent; only the latest link works."
    )
    sent_at = models.DateTimeField(
        null=True, blank=True, db_comment="operational: When the latest link was sent."
    )
    invited_by = SharedForeignKey(
        "tenants.User",
        related_name="+",
        db_comment="operational: The administrator who asked.",
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=models.Q(state="open"),
                name="one_open_invitation_each",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_role_display()})"
