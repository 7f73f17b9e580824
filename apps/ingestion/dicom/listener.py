"""The listener: certificates, the library's server with our caps, and its end."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from pynetdicom import AE

from apps.ingestion.dicom.bounded import Caps, Server
from apps.ingestion.dicom.contexts import offered
from apps.ingestion.dicom.part10 import IMPLEMENTATION
from apps.ingestion.dicom.service import Service
from apps.tenants.inbound import may_speak_plainly

# What the library says where it says anything; every association has its own, that was called.
TITLE = "EINTHOVEN"
PATIENCE_S = 10.0


def check_private(address: str) -> None:
    """Raises ImproperlyConfigured where devices elsewhere would speak in the clear unsaid."""
    if may_speak_plainly(address):
        return
    raise ImproperlyConfigured(
        "without DICOM_TLS_CERTIFICATE devices elsewhere would speak in the clear;"
        " PRIVATE_LINKS=dicom says that the network to them is private"
    )


@contextmanager
def listening(
    address: str, port: int, *, caps: Caps | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[Server, threading.Thread]]:
    """A server at work in a thread of its own. Port 0 takes any. Raises OSError.

    At the end objects in work are finished; who then still talks is cut off.
    """
    caps = caps or Caps()
    entity = AE(TITLE)
    entity.implementation_class_uid = IMPLEMENTATION
    entity.implementation_version_name = TITLE
    entity.maximum_pdu_size = caps.pdu
    entity.maximum_associations = caps.associations
    entity.acse_timeout = caps.request_s
    entity.dimse_timeout, entity.network_timeout = caps.pdu_s, caps.idle_s
    handlers = Service(caps).handlers()
    server = Server(entity, (address, port), TITLE, offered(), tls, handlers, caps=caps)
    entity._servers.append(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="dicom", daemon=True)
    thread.start()
    try:
        yield server, thread
    finally:
        _end(server, entity)


def _end(server: Server, entity: AE) -> None:
    server.shutdown()
    until = time.monotonic() + PATIENCE_S
    while entity.active_associations and time.monotonic() < until:
        time.sleep(0.05)
    for association in entity.active_associations:
        association.abort()
