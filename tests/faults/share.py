"""A clinic's folder on a real file server, behind a proxy that can lose the connection."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from apps.core.scope import organization_scope
from apps.ingestion.model_share import ShareSource
from apps.ingestion.model_share_file import ShareFile
from apps.ingestion.models import Ingress
from apps.ingestion.smb.kept import Kept
from apps.ingestion.smb.look import Report, look_into
from apps.ingestion.sources import Place, set_source
from tests.factories import inside
from tests.faults.world import World
from tests.smb.proxy import Proxy
from tests.smb.server import PASSWORD, SHARE, Samba

WAITS = (ShareFile.State.WAITING, ShareFile.State.INCOMPLETE, ShareFile.State.ACCEPTED)
Archive = ShareSource.Archive


@dataclass
class Clinic:
    """Where the devices write (`folder`, on the server's own disk), and mercy's looks into it."""

    world: World
    server: Samba
    proxy: Proxy
    folder: Path
    source: ShareSource

    def look(self) -> Report:
        """Once, over a connection of its own."""
        kept = Kept()
        try:
            with organization_scope(self.world.mercy.pk):
                return look_into(self.source.pk, kept)
        finally:
            kept.close()

    def look_until_taken(self, wanted: int = 1) -> None:
        """Until so many files were accepted and nothing waits: looking again as the command does.

        Raises AssertionError where that never comes.
        """
        self.world.until(lambda: self._is_taken(wanted), "the share was never emptied")
        with inside(self.world.mercy):
            for row in Ingress.objects.filter(source=Ingress.Source.SMB):
                self.world.promise_row(row)

    def _is_taken(self, wanted: int) -> bool:
        self.look()
        with inside(self.world.mercy):
            waiting = ShareFile.objects.filter(state__in=WAITS).exists()
            taken = Ingress.objects.filter(source=Ingress.Source.SMB).count()
        if not waiting and taken >= wanted:
            return True
        time.sleep(settings.SMB_SETTLE_SECONDS)
        return False

    def look_until_stable(self) -> None:
        """Until the next look reads what lies there."""
        for _ in range(settings.SMB_STABLE_LOOKS - 1):
            self.look()
            time.sleep(max(settings.SMB_SETTLE_SECONDS, settings.SMB_STABLE_SECONDS / 2))

    def archives(self, how: str) -> None:
        with inside(self.world.mercy):
            ShareSource.objects.filter(pk=self.source.pk).update(archive=how)

    def archived(self) -> list[bytes]:
        kept = (self.folder / "archive").rglob("*")
        return [path.read_bytes() for path in kept if path.is_file()]


@contextmanager
def clinic(world: World) -> Iterator[Clinic]:
    """A server of its own, started now and stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="einthoven-share-") as name:
        server = Samba(Path(name))
        server.prepare()
        server.start()
        proxy = Proxy(server.port)
        folder = server.share / "out"
        folder.mkdir()
        try:
            with override_settings(SMB_PORT=proxy.port):
                yield Clinic(world, server, proxy, folder, _source(world, server))
        finally:
            proxy.close()
            server.stop()


def _source(world: World, server: Samba) -> ShareSource:
    place = Place("127.0.0.1", SHARE, "out", server.user)
    with inside(world.mercy):
        return set_source(world.mercy, "Carts", place, password=PASSWORD)
