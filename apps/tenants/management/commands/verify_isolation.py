"""Prove that no organization reaches another's rows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.isolation import Outcome, outcomes


class Command(BaseCommand):
    help = "Prove the isolation of organizations, reading only; exit 1 naming the first fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        failures = []
        for outcome in outcomes():
            self.stdout.write(_line(outcome, as_json=options["json"]))
            failures += [f"{outcome.proof}: {fault}" for fault in outcome.faults]
        if failures:
            raise CommandError(failures[0])


def _line(outcome: Outcome, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(outcome))
    faults = f"{len(outcome.faults)} at fault" if outcome.faults else "proven"
    return f"{outcome.proof}: {outcome.looked_at} {outcome.what}, {faults}"
