"""Everything of one organization in a folder, signed; run again, it completes the same folder."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.export import BrokenChain
from apps.core.blobs.sealing import Unsealable
from apps.core.errors import PermanentError, RetryableError
from apps.tenants.command import organization_id_of
from apps.tenants.models import PLATFORM_SLUG
from apps.web.offboarding.command import teller
from apps.web.offboarding.export import WARNING, note_verified, write_export
from apps.web.offboarding.folder import Folder, NotThatFolder
from apps.web.offboarding.recipient import Recipient, UnusableKey, read_recipient
from apps.web.offboarding.verify import open_export

TOLD = (
    "organization", "slug", "last_event", "as_of", "files", "bytes", "content_sha256",
    "manifest_sha256", "key", "recipient",
)  # fmt: skip


class Command(BaseCommand):
    help = "Export an organization whole: rows, people, stored files, the audit trail, signed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="whose data")
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="new, or to be completed")
        parser.add_argument(
            "--recipient",
            type=Path,
            metavar="PUBLIC_KEY.pem",
            help="encrypt to this RSA or X25519 key: only its owner can read the export",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *, slug: str, folder: Path, **options: Any) -> None:
        if slug == PLATFORM_SLUG:
            raise CommandError("The reserved organization is the platform's own.")
        organization_id = organization_id_of(slug)
        recipient = _recipient(options["recipient"])
        if recipient is None:
            self.stderr.write(self.style.WARNING(f"NOT ENCRYPTED. {WARNING}"))
        try:
            tell = teller(self)
            write_export(organization_id, Folder(folder, recipient), tell)
            manifest = open_export(folder, progress=tell).manifest
        except NotThatFolder as error:
            raise CommandError(f"{folder} is not used: {error}.") from None
        except (PermanentError, BrokenChain, Unsealable) as error:
            raise CommandError(f"Not exported: {error}.") from None
        except RetryableError as error:
            raise CommandError(f"{error.code}: run the command again to go on.") from None
        except OSError as error:
            raise CommandError(f"{error.strerror}: run the command again to go on.") from None
        note_verified(organization_id, manifest)
        self._say(folder, manifest, as_json=options["json"])

    def _say(self, folder: Path, manifest: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({name: manifest[name] for name in TOLD}))
            return
        self.stdout.write(
            f"{manifest['slug']}: {manifest['files']} files, {manifest['bytes']} bytes in {folder},"
            f" up to event {manifest['last_event']}; every file read back.\n"
            f"Content {manifest['content_sha256']}, manifest {manifest['manifest_sha256']},"
            f" signed by key {manifest['key']}"
        )


def _recipient(path: Path | None) -> Recipient | None:
    try:
        return read_recipient(path) if path else None
    except UnusableKey as error:
        raise CommandError(f"{path} {error}.") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
