"""Where devices and systems reach an organization: an AE title, a port of its own."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from apps.core.fields import OrgForeignKey, Public, Tenant
from apps.core.peers import is_peer

# DICOM PS3.5 6.2 AE: 16 characters at most; of these only such that every cart can type.
AE_TITLE = r"[A-Z0-9][A-Z0-9_.-]{0,15}"
CALLING = r"[!-\[\]-~]([ -\[\]-~]{0,14}[!-\[\]-~])?"
LOWEST_PORT = 1024


class ApplicationEntity(Tenant, Public):
    """An AE title of the platform by which devices address one organization and no other."""

    title = models.CharField(
        max_length=16,
        unique=True,
        validators=[RegexValidator(f"^{AE_TITLE}$", "Capitals, digits, _ . and -, 16 at most.")],
        verbose_name="AE title",
        db_comment="operational: What devices call; of one organization only.",
    )
    calling_titles = models.TextField(
        blank=True,
        default="",
        verbose_name="calling AE titles",
        db_comment="operational: AE titles that may call it, one a line; empty for any.",
    )
    calling_hosts = models.TextField(
        blank=True,
        default="",
        verbose_name="calling addresses",
        db_comment="operational: Addresses or networks that may call, one a line; empty for any.",
    )
    certificates = models.TextField(
        blank=True,
        default="",
        verbose_name="client certificates",
        db_comment="operational: SHA-256 of certificates that must be shown, one a line; or none.",
    )
    site = OrgForeignKey(
        "tenants.Site",
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: Where its devices stand; empty where they are in several places.",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: False refuses every device that calls it."
    )

    class Meta:
        verbose_name = "AE title"
        verbose_name_plural = "AE titles"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def admits(self, calling_title: str, address: str) -> bool:
        """Whether a device may call: its title and its address are each on the list there is."""
        titles = self.calling_titles.splitlines()
        named = not titles or calling_title.strip(" ") in titles
        return named and (not self.calling_hosts or is_peer(self.calling_hosts, address))

    def trusts(self, certificate_sha256: str) -> bool:
        """Whether the certificate a device showed will do; empty where it showed none."""
        return _is_listed(self.certificates, certificate_sha256)


class Hl7Listener(Tenant, Public):
    """A port at which one organization's systems send HL7 messages: the port says whose."""

    name = models.CharField(max_length=80, db_comment="operational: Name shown with messages.")
    host = models.CharField(
        max_length=45,
        blank=True,
        default="",
        verbose_name="address",
        db_comment="operational: The platform's own address it listens on; empty for all of them.",
    )
    port = models.PositiveIntegerField(
        unique=True,
        validators=[MinValueValidator(LOWEST_PORT), MaxValueValidator(65535)],
        db_comment="operational: TCP port; of one organization only.",
    )
    peers = models.TextField(
        verbose_name="senders",
        db_comment="operational: Addresses or networks that may send, one a line.",
    )
    certificates = models.TextField(
        blank=True,
        default="",
        verbose_name="client certificates",
        db_comment="operational: SHA-256 of certificates that must be shown, one a line; or none.",
    )
    site = OrgForeignKey(
        "tenants.Site",
        null=True,
        blank=True,
        related_name="+",
        db_comment="operational: Where the sending system stands; empty for several places.",
    )
    is_active = models.BooleanField(
        default=True, db_comment="operational: False closes the port for it."
    )

    class Meta:
        verbose_name = "HL7 listener"
        verbose_name_plural = "HL7 listeners"
        ordering = ["port"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_listener_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    def admits(self, address: str) -> bool:
        return is_peer(self.peers, address)

    def trusts(self, certificate_sha256: str) -> bool:
        """Whether the certificate a sender showed will do; empty where it showed none."""
        return _is_listed(self.certificates, certificate_sha256)


def _is_listed(certificates: str, shown_sha256: str) -> bool:
    return not certificates or shown_sha256 in certificates.splitlines()
