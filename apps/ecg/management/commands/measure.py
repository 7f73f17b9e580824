"""manage.py measure FILE… [--json]: platform measurements of the signal alone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.management.files import decode_file, sentence
from apps.ecg.signal import Measured, measure
from apps.ecg.signal.document import as_text, document
from apps.ecg.signal.person import Person

OLDEST_YEARS = 130


class Command(BaseCommand):
    help = "Measure ECG files from their signal; exit status 1 if any was refused."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object per line")
        parser.add_argument("--sex", choices=("M", "F"), default="", help="for limits by sex")
        parser.add_argument("--age", type=_years, help="completed years, for limits by age")

    def handle(self, *args: Any, **options: Any) -> None:
        refused = 0
        person = Person(options["sex"], options["age"])
        for file in options["files"]:
            try:
                measured = _measured(decode_file(Path(file)), person)
            except Refused as error:
                refused += 1
                message = sentence(error)
                record = {"file": file, "error": {"code": error.code, "message": message}}
                text = f"{file}: refused ({error.code}) — {message}"
            else:
                record = {"file": file, **document(measured)}
                text = f"{file}: {as_text(measured)}"
            self.stdout.write(json.dumps(record, allow_nan=False) if options["json"] else text)
        if refused:
            sys.exit(1)


def _years(text: str) -> int:
    """Raises ArgumentTypeError for what is no age."""
    if not text.isdecimal() or int(text) > OLDEST_YEARS:
        raise argparse.ArgumentTypeError(f"completed years, 0 to {OLDEST_YEARS}")
    return int(text)


def _measured(ecg: DecodedEcg, person: Person) -> Measured:
    """Only samples, lead names and rate go in: nothing the file says of them."""
    rhythm = ecg.rhythm
    rate = float(rhythm.sampling_rate_hz)
    return measure(rhythm.samples_uv(), rhythm.lead_names(), rate, person=person)
