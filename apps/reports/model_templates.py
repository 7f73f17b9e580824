"""What an organization adds to the library: statements of its own, and templates of texts."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from apps.core.fields import Public, SharedForeignKey, Tenant
from apps.reports.library import clash


class OwnStatement(Tenant, Public):
    """A statement of the organization, found by readers beside those of the library."""

    acronym = models.CharField(
        max_length=12, db_comment="operational: What a reader types; none of the library's."
    )
    text = models.CharField(max_length=200, db_comment="operational: The statement in words.")
    code_system = models.CharField(
        max_length=80,
        blank=True,
        db_comment="operational: Name or address of the system its code is of.",
    )
    code = models.CharField(
        max_length=40, blank=True, db_comment="operational: Its code in that system."
    )
    group = models.CharField(
        max_length=40, db_comment="operational: What it belongs to, such as rhythm."
    )
    is_retired = models.BooleanField(
        default=False, db_comment="operational: Whether it is offered no more."
    )

    class Meta:
        verbose_name = "own statement"
        ordering = ["acronym"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "acronym"], name="one_own_statement_an_acronym"
            )
        ]

    def __str__(self) -> str:
        return f"{self.acronym}: {self.text}"

    def clean(self) -> None:
        """Acronyms are in capitals; what the library says already is refused."""
        self.acronym = self.acronym.strip().upper()
        self.text = " ".join(self.text.split()).rstrip(".")
        said = clash(self.acronym, self.text)
        if said is not None:
            field = "acronym" if said.acronym.upper() == self.acronym else "text"
            words = f"The library has it already: {said.acronym}, {said.text}."
            raise ValidationError({field: words})
        if bool(self.code) != bool(self.code_system):
            raise ValidationError({"code": "A code and its system are given together."})


class ReportTemplate(Tenant, Public):
    """A text to begin with: statements and sentences, with places for measured numbers."""

    name = models.CharField(max_length=60, db_comment="operational: What a reader types.")
    body = models.TextField(
        db_comment="operational: Its lines; [ACRONYM] is a statement, {name} a measured number."
    )
    owner = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Whose it is; empty for the organization's.",
    )
    changed_by = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Who wrote it last."
    )
    changed_at = models.DateTimeField(db_comment="operational: When it was written last.")
    retired_at = models.DateTimeField(
        null=True, db_comment="operational: When it was taken away; empty while it is offered."
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "owner", "name"],
                condition=models.Q(retired_at=None),
                nulls_distinct=False,
                name="one_template_a_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
