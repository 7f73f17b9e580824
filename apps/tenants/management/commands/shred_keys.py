"""Destroy an organization's keys: everything it sealed is unreadable, in backups too."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import PermanentError, RetryableError
from apps.tenants.actions import organization_for_platform
from apps.tenants.keys import destroy_keys
from apps.tenants.models import User

WHY_NOT = {
    "platform-organization": "The reserved organization's keys are never destroyed.",
    "not-platform-staff": "Only active platform staff may destroy keys.",
    "second-person-needed": "A second person of the platform must agree: name one by --second.",
}


class Command(BaseCommand):
    help = (
        "Destroy an organization's data keys and the keys that wrap them. There is no way back:"
        " its originals, waveforms, PDFs, messages and secrets stay sealed for ever."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG", help="whose keys")
        parser.add_argument("--confirm", required=True, metavar="SLUG", help="the same once more")
        parser.add_argument("--reason", required=True, help="kept on the record")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who does it")
        parser.add_argument("--second", metavar="EMAIL", help="who agrees")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, reason = options["organization"], options["reason"].strip()
        if options["confirm"] != slug:
            raise CommandError("--confirm must repeat the organization's name.")
        if not reason:
            raise CommandError("--reason must say why.")
        organization = organization_for_platform(slug)
        if organization is None:
            raise CommandError(f"There is no organization “{slug}”.")
        by = _present(options["by"])
        second = _present(options["second"]) if options["second"] else None
        try:
            count = destroy_keys(organization, by=by, second=second, reason=reason)
        except PermanentError as error:
            raise CommandError(WHY_NOT.get(error.code, str(error))) from None
        except RetryableError as error:
            raise CommandError(f"{error.code}: nothing was destroyed; run it again.") from None
        self.stdout.write(f"{slug}: {count} data keys destroyed, and the keys that wrapped them.")


def _present(email: str) -> User:
    """The person, who proves to be there by the password of the account."""
    person = User.objects.filter(email=email.lower(), is_active=True).first()
    given = getpass.getpass(f"Password of {email}: ")
    if person is None or not person.check_password(given):
        raise CommandError(f"{email}: no such account, or another password.")
    return person
