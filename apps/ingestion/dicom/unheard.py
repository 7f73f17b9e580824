"""AE titles behind which nothing listens: `serve_dicom` is not there."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from django.conf import settings

from apps.audit.alarms import Finding
from apps.core.silence import GRACE_S, Silence
from apps.ingestion.dicom.address import reached_at, trusting
from apps.tenants.model_inbound import ApplicationEntity

PATIENCE_S = 0.5


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


# The one listener of all organizations; those in a row share a look.
_listener = Silence()


def watch() -> Iterator[Finding]:
    """The figure is the minutes of silence, the subject the AE title that cannot be called."""
    titles = ApplicationEntity.objects.filter(is_active=True).order_by("title")
    for title in titles.values_list("title", flat=True):
        silence = _listener.seconds(_answers)
        if silence > GRACE_S:
            yield Finding("dicom.unheard", title, int(silence // 60))
