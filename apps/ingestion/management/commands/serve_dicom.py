"""The door of the DICOM network, a process of its own."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from apps.core.tls_server import context_of
from apps.ingestion.dicom.listener import check_private, listening

log = structlog.get_logger(__name__)

LOOK_S = 1.0


class Command(BaseCommand):
    help = (
        "Take ECGs over the DICOM network (C-ECHO, C-STORE, storage commitment). The AE title that"
        " a device calls says which organization it sends to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=_port, default=settings.DICOM_PORT)
        parser.add_argument(
            "--address", default=settings.DICOM_ADDRESS, help="address of this machine to listen at"
        )

    def handle(self, *, port: int, address: str, **_: Any) -> None:
        try:
            tls = context_of("DICOM")
            if tls is None:
                check_private(address)
            with listening(address, port, tls=tls) as (server, thread):
                how = "TLS" if tls else "without TLS"
                self.stdout.write(f"DICOM at {address}:{server.server_address[1]}, {how}")
                _watch(thread)
        except (OSError, ImproperlyConfigured) as error:
            raise CommandError(f"Cannot listen at {address}:{port}: {error}") from None


def _watch(thread: threading.Thread) -> None:
    """Until told to stop. Raises CommandError where the listener ended by itself."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    threading.excepthook = _say_class
    while not stop.wait(LOOK_S):
        if not thread.is_alive():
            raise CommandError("The listener has ended by itself.")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise ArgumentTypeError("a port is a number up to 65535; 0 takes any")
    return int(text)


def _say_class(failed: Any) -> None:
    """A thread's last words may quote what was sent."""
    log.error("thread.failed", error_class=failed.exc_type.__name__)
