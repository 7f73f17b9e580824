"""Prove that ECGs of an organization get through, with one of nobody."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ingestion.actions import MayNotSubmit
from apps.ingestion.canary import words
from apps.ingestion.canary.send import send_canary
from apps.tenants.command import add_organization, organization_id_of


class Command(BaseCommand):
    help = (
        "Send a synthetic ECG of nobody the whole way from the door to the measurement and say"
        " whether it passed; it is in no list, is never delivered and never charged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_organization(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *, organization: str, **options: Any) -> None:
        try:
            flight = send_canary(organization_id_of(organization))
        except MayNotSubmit as refused:
            raise CommandError(str(refused)) from None
        said = json.dumps(words.as_json(organization, flight))
        self.stdout.write(said if options["json"] else words.sentence(flight))
        if not flight.has_passed:
            sys.exit(1)
