"""Prove that ECGs of an organization get through, with one of nobody."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ingestion.actions import MayNotSubmit
from apps.ingestion.canary import words
from apps.ingestion.canary.follow import send_through, ways_of
from apps.ingestion.canary.paths import BAD
from apps.ingestion.canary.send import send_canary
from apps.ingestion.model_canary import PathCanary
from apps.tenants.command import add_organization, organization_id_of

ALL = "all"


class Command(BaseCommand):
    help = (
        "Send a synthetic ECG of nobody the whole way from the door to the measurement and say"
        " whether it passed; it is in no list, is never delivered and never charged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_organization(parser)
        parser.add_argument(
            "--path",
            choices=[*PathCanary.Path.values, ALL],
            help="through that door, as its own senders do it, instead of past all doors",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *, organization: str, path: str | None, **options: Any) -> None:
        if path is not None:
            self._through(organization, "" if path == ALL else path, as_json=options["json"])
            return
        try:
            flight = send_canary(organization_id_of(organization))
        except MayNotSubmit as refused:
            raise CommandError(str(refused)) from None
        said = json.dumps(words.as_json(organization, flight))
        self.stdout.write(said if options["json"] else words.sentence(flight))
        if not flight.has_passed:
            sys.exit(1)

    def _through(self, organization: str, path: str, *, as_json: bool) -> None:
        """Exit 1 where one failed or is missing; one that is not possible is told and no fault."""
        organization_id = organization_id_of(organization)
        try:
            ways = ways_of(organization_id, path)
        except MayNotSubmit as refused:
            raise CommandError(str(refused)) from None
        if not ways:
            raise CommandError(f"{organization} uses no path of that kind.")
        failed = False
        for way in ways:
            row = send_through(organization_id, way)
            said = json.dumps(words.path_as_json(organization, row))
            self.stdout.write(said if as_json else words.path_sentence(row))
            failed |= row.status in BAD
        if failed:
            sys.exit(1)
