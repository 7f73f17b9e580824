"""AE titles behind which nothing listens: `serve_dicom` is not there."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from apps.audit.alarms import Finding
from apps.ingestion.dicom.address import reached_at, trusting
from apps.tenants.model_inbound import ApplicationEntity

# A restart takes seconds; a device tries again by itself for as long.
GRACE_S = 120.0
BETWEEN_S = 10.0
PATIENCE_S = 0.5


@dataclass(slots=True)
class Listener:
    """The one listener of all organizations, as far as this process has looked."""

    looked_at: float = float("-inf")
    missed_since: float | None = None

    def silence_s(self) -> float:
        """Seconds for which every look has missed it; organizations in a row share a look."""
        now = time.monotonic()
        if now - self.looked_at >= BETWEEN_S:
            self.looked_at = now
            if _answers():
                self.missed_since = None
            elif self.missed_since is None:
                self.missed_since = now
        return 0.0 if self.missed_since is None else now - self.missed_since


def _answers() -> bool:
    """By TLS where it speaks that: one that hangs up before is a fault to it, told in its log."""
    address = reached_at()
    try:
        with socket.create_connection((address, settings.DICOM_PORT), PATIENCE_S) as plain:
            if tls := trusting(address):
                context, name = tls
                context.wrap_socket(plain, server_hostname=name).close()
            return True
    except OSError:
        return False


_listener = Listener()


def watch() -> Iterator[Finding]:
    """The figure is the minutes of silence, the subject the AE title that cannot be called."""
    titles = ApplicationEntity.objects.filter(is_active=True).order_by("title")
    for title in titles.values_list("title", flat=True):
        silence = _listener.silence_s()
        if silence > GRACE_S:
            yield Finding("dicom.unheard", title, int(silence // 60))
