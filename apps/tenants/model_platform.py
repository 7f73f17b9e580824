"""What platform staff may do; without a row here they may do nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class PlatformRole(models.Model):
    """One role of one person, so that nobody approves what they asked for."""

    class Role(models.TextChoices):
        OPERATOR = "operator", "Platform operator"
        SUPPORT = "support", "Platform support"
        SECURITY = "security", "Platform security"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_comment="operational: The member of platform staff.",
    )
    role = models.CharField(
        max_length=16, choices=Role.choices, db_comment="operational: What the person does there."
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_comment="operational: Who gave the role; empty for a command.",
    )
    given_at = models.DateTimeField(
        db_default=Now(), editable=False, db_comment="operational: When the role was given."
    )

    class Meta:
        verbose_name = "member of platform staff"
        verbose_name_plural = "platform staff"

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
