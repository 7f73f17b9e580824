"""The end of an organization: doors closed, export proven, keys destroyed, claims released."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core.errors import PermanentError, RetryableError
from apps.core.scope import organization_scope
from apps.tenants.actions import organization_for_platform
from apps.tenants.models import Offboarding, Organization, OrganizationExport, User
from apps.web.offboarding import departure
from apps.web.offboarding.command import teller
from apps.web.offboarding.doors import close_doors
from apps.web.offboarding.export import note_verified
from apps.web.offboarding.verify import open_export


class Command(BaseCommand):
    help = (
        "Offboard an organization. There is no way back: what it sealed is unreadable for ever."
        " Run again after an interruption, it goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="who leaves")
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--export", type=Path, metavar="FOLDER", help="what the customer keeps")
        how.add_argument(
            "--without-export", action="store_true", help="none is wanted; --reason says why"
        )
        how.add_argument(
            "--close", action="store_true", help="only close its doors, to export what is then last"
        )
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who does it")
        parser.add_argument("--second", metavar="EMAIL", help="who agrees")
        parser.add_argument("--reason", default="", help="kept on the record")

    def handle(self, *, slug: str, by: str, second: str | None, **options: Any) -> None:
        organization = organization_for_platform(slug)
        if organization is None:
            raise CommandError(f"There is no organization “{slug}”.")
        if organization.offboarded_at is not None:
            self.stdout.write(f"{slug}: offboarded {organization.offboarded_at:%Y-%m-%d}.")
            return
        if not (second or options["close"]):
            raise CommandError("A second person must agree: name one by --second.")
        try:
            if options["close"]:
                self._close(organization, by)
            else:
                self._leave(organization, by, str(second), options)
        except PermanentError as error:
            raise CommandError(f"Not offboarded: {error}.") from None
        except RetryableError as error:
            raise CommandError(f"{error.code}: run the command again to go on.") from None
        except OSError as error:
            raise CommandError(f"The export cannot be read: {error.strerror}.") from None

    def _close(self, organization: Organization, by: str) -> None:
        person = _present(by)
        departure.permit(organization, person, "ask_offboarding")
        close_doors(organization, by=person)
        self.stdout.write(f"{organization.slug}: doors closed. Onboarding it again opens them.")

    def _leave(
        self, organization: Organization, by: str, second: str, options: dict[str, Any]
    ) -> None:
        export = self._verified(organization, options["export"]) if options["export"] else None
        first, other = _present(by), _present(second)
        open_one = departure.open_offboarding(organization)
        row = open_one or departure.ask(
            organization, by=first, reason=options["reason"], export=export
        )
        _refuse_another(row, first, export)
        departure.approve(row, by=other)
        done = departure.carry_out(row)
        self.stdout.write(
            f"{organization.slug}: offboarded {done.done_at:%Y-%m-%d %H:%M} UTC. Its keys are"
            " destroyed; its names, addresses and storage may be another's."
        )

    def _verified(self, organization: Organization, folder: Path) -> OrganizationExport:
        """Every file as signed here, of this organization."""
        manifest = open_export(folder, progress=teller(self)).manifest
        if manifest["organization"] != str(organization.public_id):
            raise CommandError("The export is another organization's.")
        note_verified(organization.pk, manifest)
        with organization_scope(organization.pk), transaction.atomic():
            return OrganizationExport.objects.get(manifest_sha256=manifest["manifest_sha256"])


def _refuse_another(row: Offboarding, first: User, export: OrganizationExport | None) -> None:
    """An open request goes on as it was asked for; another export or person is another request."""
    if row.asked_by_id != first.pk or (row.export_id != (export.pk if export else None)):
        raise CommandError(
            "Another offboarding is open: go on with its person and export, or refuse it"
            " (administration, Offboarding)."
        )


def _present(email: str) -> User:
    """The person, who proves to be there by the password of the account."""
    person = User.objects.filter(email=email.lower(), is_active=True).first()
    given = getpass.getpass(f"Password of {email}: ")
    if person is None or not person.check_password(given):
        raise CommandError(f"{email}: no such account, or another password.")
    return person
