"""Who is told of a critical result that nobody acknowledges: ladder, cover, and each telling."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from apps.core.fields import OrgForeignKey, Public, SharedForeignKey, Tenant
from apps.core.leases import Leased
from apps.tenants.models import Membership

MOST_STEPS = 8
MOST_MINUTES = 240


def roles() -> list[tuple[str, str]]:
    """A function, so that a further role changes no table."""
    return [(role.value, str(role.label)) for role in Membership.Role]


class OnCallList(Tenant, Public):
    """A duty that somebody always has, such as the registrar on call."""

    name = models.CharField(max_length=60, db_comment="operational: Its name on ladder and rota.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_list_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class OnCallShift(Tenant, Public):
    """One person on call from one moment to another, or taking over for somebody who is."""

    on_call_list = OrgForeignKey(
        OnCallList, related_name="shifts", db_comment="operational: The duty that is covered."
    )
    person = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Who is on call."
    )
    instead_of = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Whose cover is taken over; empty for an entry of the rota.",
    )
    begins_at = models.DateTimeField(db_comment="operational: From when.")
    ends_at = models.DateTimeField(db_comment="operational: Until when; no longer then.")
    time_zone = models.CharField(
        max_length=64, db_comment="operational: The zone in which both were written down."
    )
    made_by = SharedForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", db_comment="operational: Who wrote it down."
    )
    made_at = models.DateTimeField(db_comment="operational: When it was written down.")
    struck_by = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who took it back.",
    )
    struck_at = models.DateTimeField(
        null=True, db_comment="operational: When it was taken back; empty while it counts."
    )

    class Meta:
        ordering = ["begins_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("begins_at")), name="shift_ends_later"
            )
        ]
        indexes = [models.Index(fields=["organization", "ends_at"], name="shift_by_end")]

    def __str__(self) -> str:
        return f"Shift {self.public_id}"


class EscalationStep(Tenant, Public):
    """One step of the organization's ladder: who is told after how many minutes, and how."""

    class Who(models.TextChoices):
        ROLE = "role", "Everybody of a role"
        PERSON = "person", "One person"
        ON_CALL = "on_call", "Who is on call"

    number = models.PositiveSmallIntegerField(
        db_comment="operational: Its place on the ladder, from 1."
    )
    after_minutes = models.PositiveSmallIntegerField(
        db_comment="operational: Minutes from being raised until it is taken."
    )
    who = models.CharField(
        max_length=8, choices=Who.choices, db_comment="operational: Which kind of people is told."
    )
    role = models.CharField(
        max_length=16,
        blank=True,
        choices=roles,
        db_comment="operational: The role, where everybody of one is told.",
    )
    person = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: The person, where one is told.",
    )
    on_call_list = OrgForeignKey(
        OnCallList,
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: The duty, where who is on call is told.",
    )
    by_email = models.BooleanField(
        default=True, db_comment="operational: Whether they are written to, without the patient."
    )
    by_webhook = models.BooleanField(
        default=False, db_comment="operational: Whether the signed webhooks are told as well."
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: Whether it is part of the ladder now."
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="one_step_a_number")
        ]

    def __str__(self) -> str:
        if self.who == self.Who.ON_CALL:
            return f"On call: {self.on_call_list}"
        return str(self.person) if self.who == self.Who.PERSON else str(self.get_role_display())

    def clean(self) -> None:
        """The steps go up in number and minutes together, and each says whom it means."""
        wanted = {"role": "role", "person": "person", "on_call": "on_call_list"}.get(self.who)
        if wanted and not getattr(self, wanted):
            raise ValidationError({wanted: "Say who is told."})
        if not 0 <= (self.after_minutes or 0) <= MOST_MINUTES:
            raise ValidationError({"after_minutes": f"From 0 to {MOST_MINUTES} minutes."})
        if self.is_active and self._is_out_of_order():
            raise ValidationError({"after_minutes": "A later step comes after more minutes."})

    def _is_out_of_order(self) -> bool:
        here = (self.number, self.after_minutes)
        others = EscalationStep.objects.filter(is_active=True).exclude(pk=self.pk)
        return any(
            (number < here[0]) != (minutes < here[1]) or minutes == here[1]
            for number, minutes in others.values_list("number", "after_minutes")
        )


class Escalation(Tenant, Public):
    """One step taken for one critical result: once, whoever takes it and however often."""

    class Outcome(models.TextChoices):
        TOLD = "told", "Told"
        NOBODY = "nobody", "Nobody was there"
        PASSED = "passed", "Passed over: its time had gone by"

    result = OrgForeignKey(
        "reports.CriticalResult",
        related_name="escalations",
        db_comment="operational: The critical result.",
    )
    number = models.PositiveSmallIntegerField(db_comment="operational: Which step of the ladder.")
    step = OrgForeignKey(
        EscalationStep, related_name="+", db_comment="operational: The step as it stands now."
    )
    outcome = models.CharField(
        max_length=8, choices=Outcome.choices, db_comment="operational: What came of it."
    )
    taken_at = models.DateTimeField(db_comment="operational: When it was taken.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "result", "number"], name="one_escalation_a_step"
            )
        ]

    def __str__(self) -> str:
        return f"Step {self.number}: {self.get_outcome_display()}"


class EscalationNotice(Leased, Public):
    """One telling of one step, tried until it is taken; on pages it is taken at once."""

    class Kind(models.TextChoices):
        PAGE = "page", "On the page"
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Signed webhook"

    escalation = OrgForeignKey(
        Escalation, related_name="notices", db_comment="operational: The step that is told of."
    )
    kind = models.CharField(
        max_length=8, choices=Kind.choices, db_comment="operational: How it is told."
    )
    person = SharedForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        related_name="+",
        db_comment="operational: Who is told; empty for a webhook.",
    )
    channel = models.UUIDField(
        null=True, db_comment="operational: Random name of the webhook; empty for a person."
    )
    created_at = models.DateTimeField(
        auto_now_add=True, db_comment="operational: When it was queued."
    )
    sent_at = models.DateTimeField(null=True, db_comment="operational: When it was taken.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "escalation", "kind", "person", "channel"],
                nulls_distinct=False,
                name="one_escalation_notice",
            )
        ]

    def __str__(self) -> str:
        return f"Notice {self.public_id}"


class AlgorithmAlert(Tenant, Public):
    """That one statement of one algorithm raises a critical result here, from a limit upwards."""

    algorithm = OrgForeignKey(
        "inference.Algorithm", related_name="+", db_comment="operational: Whose statement."
    )
    code = models.CharField(
        max_length=64, db_comment="operational: The statement's code in the algorithm's answers."
    )
    number = models.CharField(
        max_length=64,
        blank=True,
        db_comment="operational: Number of the answer that is compared, with its unit: score,"
        " qtc_fridericia_ms; empty where the statement alone is enough.",
    )
    threshold = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        db_comment="operational: From which value of that number on, in its own unit.",
    )
    is_on = models.BooleanField(
        default=False, db_comment="operational: Whether it raises a critical result at present."
    )

    class Meta:
        verbose_name = "algorithm alert"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "algorithm", "code"], name="one_alert_a_statement"
            )
        ]

    def __str__(self) -> str:
        return f"{self.algorithm}: {self.code}"

    def clean(self) -> None:
        if bool(self.number) != (self.threshold is not None):
            raise ValidationError({"threshold": "Number and threshold are given together."})
