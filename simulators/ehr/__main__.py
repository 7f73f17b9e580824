"""A simulated EHR: stores and acknowledges ORU^R01 results over MLLP."""

from __future__ import annotations

import argparse
import asyncio
import signal
import ssl
from pathlib import Path

from .page import serve_page
from .server import Receiver
from .store import Store


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulators.ehr", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="MLLP port, 0 for any free one")
    parser.add_argument("--store", type=Path, required=True, help="folder of received messages")
    parser.add_argument("--http", type=int, help="port of the page showing them, loopback only")
    parser.add_argument("--tls", type=Path, help="PEM file of certificate and key; else plain")
    parser.add_argument("--clients", type=Path, help="PEM file of who signs clients' certificates")
    faults = ("reject", "error-once", "no-ack", "slow")
    parser.add_argument("--fault", choices=faults, default="", help="misbehave, for tests")
    return parser.parse_args()


def _context(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    if arguments.tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(arguments.tls)
    if arguments.clients:
        context.load_verify_locations(arguments.clients)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def _run(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    store = Store(arguments.store)
    receiver = Receiver(store, arguments.fault)
    server = await asyncio.start_server(
        receiver.serve, arguments.host, arguments.port, ssl=_context(arguments)
    )
    page = None if arguments.http is None else serve_page(store, arguments.http)
    port = server.sockets[0].getsockname()[1]
    where = f", http://127.0.0.1:{page.server_port}" if page else ""
    print(f"simulated EHR listening on {arguments.host}:{port}{where}", flush=True)
    await stopped.wait()
    server.close()
    if page:
        page.shutdown()


if __name__ == "__main__":
    try:
        asyncio.run(_run(_arguments()))
    except OSError as error:
        raise SystemExit(f"simulated EHR: {error.strerror}") from None
