"""A simulated OpenID Connect identity provider on this machine."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from .provider import Person, Provider
from .server import Handler, Server

HOST = "127.0.0.1"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulators.idp", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 for any free one")
    parser.add_argument("--client-id", default="einthoven")
    parser.add_argument("--client-secret", default="only for demonstrations")
    parser.add_argument(
        "--people",
        type=Path,
        default=Path(__file__).with_name("people.json"),
        help="JSON list of sub, email, name, email_verified",
    )
    parser.add_argument("--faults", action="store_true", help="misbehave when told to, for tests")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    people = [Person(**row) for row in json.loads(arguments.people.read_text(encoding="utf-8"))]
    server = Server((HOST, arguments.port), Handler)
    issuer = f"http://{HOST}:{server.server_port}"
    server.provider = Provider(
        issuer,
        arguments.client_id,
        arguments.client_secret,
        {person.sub: person for person in people},
    )
    server.takes_faults = arguments.faults
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    print(f"simulated identity provider on {issuer}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        raise SystemExit(f"simulated identity provider: {error.strerror}") from None
