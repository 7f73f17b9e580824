"""An organization recreated from its export, proven equal before it goes live."""

from __future__ import annotations

import base64
import binascii
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import PermanentError, RetryableError
from apps.web.offboarding.command import teller
from apps.web.offboarding.compare import Different
from apps.web.offboarding.importing import import_export, said_of
from apps.web.offboarding.verify import open_export


class Command(BaseCommand):
    help = "Recreate an organization from its export; run again, it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="an export, not encrypted")
        parser.add_argument("--slug", required=True, help="its short name here")
        parser.add_argument(
            "--key",
            type=_key,
            action="append",
            default=[],
            metavar="BASE64",
            help="a public key to trust that signs exports of another installation",
        )
        parser.add_argument(
            "--new-ids",
            action="store_true",
            help="give rows other public ids, where the organization itself is still here",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *, folder: Path, slug: str, **options: Any) -> None:
        tell = teller(self)
        try:
            export = open_export(folder, options["key"], tell)
            done = import_export(export, slug, new_ids=options["new_ids"], progress=tell)
        except Different as difference:
            self._differs(slug, difference, as_json=options["json"])
        except PermanentError as error:
            raise CommandError(f"Not imported: {error}.") from None
        except RetryableError as error:
            raise CommandError(f"{error.code}: run the command again to go on.") from None
        except OSError as error:
            raise CommandError(f"{error.strerror}: run the command again to go on.") from None
        else:
            said = said_of(done)
            self.stdout.write(json.dumps(said) if options["json"] else _words(said))

    def _differs(self, slug: str, difference: Different, *, as_json: bool) -> None:
        if as_json:
            said = {"slug": slug, "outcome": "different", "difference": difference.code}
            self.stdout.write(json.dumps(said))
        else:
            self.stdout.write(f"{slug}: DIFFERENT. {difference}. It is not live.")
        sys.exit(1)


def _words(said: dict[str, Any]) -> str:
    if said["outcome"] != "equal":
        return f"{said['slug']}: imported before, and live."
    return (
        f"{said['slug']}: EQUAL and live. {said['rows']} rows of {said['tables']} tables,"
        f" {said['stored_files']} stored files, {said['waveforms']} signals,"
        f" {said['reports']} reports, {said['former_events']} former events."
    )


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ArgumentTypeError("not a public key: base64 of 32 bytes")
    return key
