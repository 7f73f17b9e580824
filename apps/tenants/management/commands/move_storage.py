"""Move an organization's bytes to another of its locations."""

from __future__ import annotations

import time
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.core.scope import organization_scope
from apps.tenants.command import add_organization, organization_id_of
from apps.tenants.model_storage import StorageLocation
from apps.tenants.models import Organization
from apps.tenants.moving import NotMovable, begin_move, clear_source, move_bytes

PLATFORM = "platform"
TELL_EVERY_S = 5


class Command(BaseCommand):
    help = "Copy, prove and switch; run it again to go on. The source stays until --delete-source."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_organization(parser)
        parser.add_argument(
            "--to",
            metavar="LOCATION",
            help="public id of the location, or “platform” for the platform's own folder;"
            " without it the open move goes on",
        )
        parser.add_argument(
            "--delete-source", action="store_true", help="empty the place that was left"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization_id = organization_id_of(options["organization"])
        if options["to"] and options["delete_source"]:
            raise CommandError("Move first; delete the source once that is done.")
        try:
            if options["delete_source"]:
                deleted = clear_source(organization_id, self._teller())
                self.stdout.write(f"{deleted} objects deleted from the former place.")
                return
            if options["to"]:
                _begin(organization_id, options["to"])
            move_bytes(organization_id, self._teller())
        except (NotMovable, Unsealable) as refused:
            raise CommandError(str(refused)) from None
        except (RetryableError, OSError) as error:
            code = getattr(error, "code", "storage-unavailable")
            raise CommandError(f"{code}: run the command again to go on") from None
        self.stdout.write("Moved. The former place is kept until --delete-source.")

    def _teller(self) -> Any:
        told = time.monotonic()

        def tell(step: str, count: int) -> None:
            nonlocal told
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                self.stderr.write(f"{count} {step} so far")

        return tell


def _begin(organization_id: int, wanted: str) -> None:
    with organization_scope(organization_id), transaction.atomic():
        organization = Organization.objects.get(pk=organization_id)
        begin_move(organization, _location(wanted))


def _location(wanted: str) -> StorageLocation | None:
    """Another organization's is answered as one that is nowhere."""
    if wanted == PLATFORM:
        return None
    try:
        found = StorageLocation.objects.filter(public_id=uuid.UUID(wanted)).first()
    except ValueError:
        found = None
    if found is None:
        raise CommandError("There is no such location of this organization.")
    return found
