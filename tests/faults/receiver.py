"""A system that is sent reports: it answers each message, and remembers all that ever came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from apps.integrations.destinations.mllp.client import END, START
from apps.tenants.models import Organization
from tests.faults.world import World
from tests.integrations.sent import make_destination


class Receiver(ThreadingTCPServer):
    """`heard` are the control ids of the messages, in the order they came, repeated ones too."""

    daemon_threads = True

    def __init__(self, heard: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.heard = heard


class _Exchange(StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        message = b""
        while not message.endswith(END):
            more = self.request.recv(1 << 16)
            if not more:
                return
            message += more
        control_id = message.split(b"\r")[0].split(b"|")[9]
        self.server.heard.append(control_id.decode())
        head = b"MSH|^~\\&|EHR|WARD|||20260101000000||ACK|1|P|2.5.1"
        self.wfile.write(START + head + b"\rMSA|AA|" + control_id + b"\r" + END)


@contextmanager
def receiving(world: World, organization: Organization) -> Iterator[None]:
    """Signed reports of the organization go there."""
    heard = world.heard.setdefault(organization.pk, [])
    with Receiver(heard) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        make_destination(organization, server.server_address[1])
        try:
            yield
        finally:
            server.shutdown()
