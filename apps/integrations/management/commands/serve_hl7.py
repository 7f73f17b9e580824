"""The door of HL7 listeners, a process of its own."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from apps.core.tls_server import context_of
from apps.integrations.mllp.connection import Caps
from apps.integrations.mllp.listeners import Listeners, Place

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = (
        "Take HL7 messages (MLLP) at the ports of every organization's listeners. The port says"
        " which organization sends; a listener that is made, changed or closed counts at once."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            tls = context_of("HL7")
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
            threading.excepthook = _say_class
        self.stdout.write("Listening for HL7 messages", self.style.NOTICE)
        Listeners(caps=Caps(), tls=tls, say=self._say).serve(stop)

    def _say(self, place: Place, is_tls: bool) -> None:
        how = "TLS" if is_tls else "without TLS"
        self.stdout.write(f"HL7 at {place.host or 'all addresses'}:{place.port}, {how}")


def _say_class(failed: Any) -> None:
    """A thread's last words may quote what was sent."""
    log.error("thread.failed", error_class=failed.exc_type.__name__)
