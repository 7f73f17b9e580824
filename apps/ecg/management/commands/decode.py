"""manage.py decode FILE… [--json] [--npz OUT]: files to canonical form, without a database."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ecg.formats.canonical import DecodedEcg, Refused
from apps.ecg.formats.export import as_json, as_text, write_npz
from apps.ecg.formats.quality import clock_warnings
from apps.ecg.management.files import decode_file, sentence

MANY = 20


class Command(BaseCommand):
    help = "Decode ECG files to canonical form; exit status 1 if any was refused."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object per line")
        parser.add_argument("--npz", metavar="OUT", help="write the samples of one file to OUT")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[str] = options["files"]
        if options["npz"] and len(files) != 1:
            raise CommandError("--npz takes exactly one FILE", returncode=2)
        refused = 0
        for done, file in enumerate(files, start=1):
            refused += not self._one(file, options)
            if len(files) >= MANY and (done % MANY == 0 or done == len(files)):
                self.stderr.write(f"{done}/{len(files)} files, {refused} refused")
        if refused:
            sys.exit(1)

    def _one(self, file: str, options: dict[str, Any]) -> bool:
        """True where the file was decoded."""
        try:
            ecg = decode_file(Path(file))
            if options["npz"]:
                _write_npz(ecg, Path(options["npz"]))
        except Refused as refused:
            message = sentence(refused)
            error = {"code": refused.code, "message": message}
            self._line(
                {"file": file, "error": error},
                f"{file}: refused ({refused.code}) — {message}",
                options,
            )
            return False
        warnings = ecg.warnings + clock_warnings(ecg, dt.datetime.now(dt.UTC))
        self._line(
            {"file": file, **as_json(ecg, warnings)}, f"{file}: {as_text(ecg, warnings)}", options
        )
        return True

    def _line(self, record: dict[str, Any], text: str, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(record) if options["json"] else text)


def _write_npz(ecg: DecodedEcg, path: Path) -> None:
    try:
        write_npz(ecg, path)
    except OSError as error:
        raise CommandError(f"Cannot write --npz file: {error.strerror}", returncode=2) from error
