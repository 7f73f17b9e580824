"""The connection to a share, kept from look to look while nothing about it changes."""

from __future__ import annotations

import time

from django.conf import settings

from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.client import Share
from apps.ingestion.smb.watch import Watch, is_offered, watch
from apps.ingestion.sources import password_of, place_of


class Kept:
    def __init__(self) -> None:
        self._share: Share | None = None
        self._watch: Watch | None = None
        self._is_watching = True
        self._known: object = None
        self._asked_at = 0.0

    def connected(self, source: ShareSource) -> Share:
        """Signed in as the source says now. Raises ShareLost and what `password_of` raises."""
        said = (place_of(source), bytes(source.password_sealed or b""))
        if self._share is not None and said != self._known:
            self.close()
        if self._share is None:
            self._share, self._known = Share(place_of(source), password_of(source)), said
        return self._share

    def ask_for_changes(self, folder: str) -> None:
        """From now on `has_changed` tells of them. Ask before looking, so that none is missed."""
        if not self._is_watching or self._share is None:
            return
        self._asked_at = time.monotonic()
        if self._watch is None:
            self._watch = watch(self._share, folder)
            self._is_watching = self._watch is not None
        elif self._watch.has_fired():
            self._is_watching = is_offered(self._watch)
            if self._is_watching:
                self._watch.ask()

    def has_changed(self) -> bool:
        """Not again at once: a file that is being written changes all the time."""
        if not self._is_watching or self._watch is None:
            return False
        rested = time.monotonic() - self._asked_at >= settings.SMB_SETTLE_SECONDS
        return rested and self._watch.has_fired()

    def close(self) -> None:
        if self._share is not None:
            self._share.close()
        self._share = self._watch = None
        self._is_watching = True
