"""HL7 listeners at whose port nothing listens: `serve_hl7` is not there, or cannot open it."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from apps.audit.alarms import Finding
from apps.core.hosts import LOOPBACK
from apps.core.silence import GRACE_S, Silence
from apps.tenants.inbound import listeners

PATIENCE_S = 0.5

_silences: dict[int, Silence] = defaultdict(Silence)


def watch() -> Iterator[Finding]:
    """The figure is the minutes of silence, the subject the port."""
    for row in listeners():
        silence = _silences[row.pk].seconds(partial(_answers, row.host, row.port))
        if silence > GRACE_S:
            yield Finding("hl7.unheard", str(row.port), int(silence // 60))


def _answers(host: str, port: int) -> bool:
    """Whoever says nothing is no fault to the listener, with TLS or without."""
    try:
        with socket.create_connection((host or LOOPBACK, port), PATIENCE_S):
            return True
    except OSError:
        return False
