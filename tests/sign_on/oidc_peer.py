"""The simulated OpenID Connect provider as a process of its own, and a browser at it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from deploy.embedded.stopping import die_with_parent

ADA = {"sub": "ada-1", "email": "ada@mercy.example", "name": "Dr Ada Federated"}
BOB = {"sub": "bob-1", "email": "bob@mercy.example", "name": "Dr Bob Federated"}
EVE = {"sub": "eve-1", "email": "eve@elsewhere.example", "name": "Eve"}
UNCHECKED = {"sub": "una-1", "email": "una@mercy.example", "name": "Una", "email_verified": False}
PEOPLE = [ADA, BOB, EVE, UNCHECKED]
SECRET = "a secret: of 100% & signs"


@dataclass(frozen=True)
class Idp:
    issuer: str

    @property
    def host(self) -> str:
        return urlsplit(self.issuer).netloc

    def misbehave(self, **faults: Any) -> None:
        httpx.post(f"{self.issuer}/faults", json=faults, verify=False).raise_for_status()

    def browser(self) -> httpx.Client:
        return httpx.Client(follow_redirects=False, verify=False)

    def answer(self, address: str, sub: str = "ada-1", browser: httpx.Client | None = None) -> str:
        """Where the provider sends the browser back to, after the person signed in there."""
        if browser is None:
            with self.browser() as visitor:
                return self.answer(address, sub, visitor)
        page = browser.get(address)
        if page.status_code == 200:
            fields = re.findall(r'name="(\w+)" value="([^"]*)">', page.text)
            form = {name: unescape(value) for name, value in fields if name != "person"}
            page = browser.post(f"{self.issuer}/authorize", data=form | {"person": sub})
        assert page.status_code == 302, page.text
        return page.headers["Location"]


def given_in(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))


@contextmanager
def running(folder: Path) -> Iterator[Idp]:
    people = folder / "people.json"
    people.write_text(json.dumps(PEOPLE), encoding="utf-8")
    command = [sys.executable, "-m", "simulators.idp", "--port", "0", "--people", str(people)]
    command += ["--client-secret", SECRET, "--faults"]
    # A test run that is killed cleans nothing up: the process ends with it.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
    )
    try:
        assert process.stdout is not None
        with process.stdout as said:
            yield Idp(said.readline().split()[-1])
    finally:
        process.terminate()
        process.wait()
