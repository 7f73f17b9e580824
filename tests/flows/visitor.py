"""A person in a browser of their own, with what must hold on every page they visit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.factories import PASSWORD

SERIOUS = {"serious", "critical"}
REFUSED_AGAIN = "Failed to load resource"


class Visitor:
    """`secrets` are words of the patient that no address and no title may hold."""

    def __init__(self, browser: Browser, url: str, secrets: Iterable[str]) -> None:
        self.url, self.secrets = url, tuple(secrets)
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.expected: set[int] = set()
        self.complaints: list[str] = []
        self.addresses: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._answered)

    def sign_in(self, email: str) -> None:
        self.go("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/worklist")
        self.look()

    def go(self, path: str) -> Response:
        response = self.page.goto(self.url + path)
        assert response is not None
        self.look()
        return response

    def go_expecting(self, status: int, path: str) -> None:
        """A refusal is asked for: the browser's own line about it is no complaint."""
        self.expected.add(status)
        assert self.go(path).status == status

    def look(self) -> None:
        """What every page must hold; called once it shows what it is about."""
        title = self.page.title()
        assert not [word for word in self.secrets if word.lower() in title.lower()], title
        found = Axe().run(self.page).response
        assert found["passes"]
        serious = [row for row in found["violations"] if row["impact"] in SERIOUS]
        assert not serious, (self.page.url, [(row["id"], _places(row)) for row in serious])

    def leave(self) -> None:
        self.context.close()
        assert not self.complaints
        told = [unquote(address).lower() for address in self.addresses]
        for word in self.secrets:
            assert not [address for address in told if word.lower() in address]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        status = re.search(r"status of (\d{3})", message.text)
        asked_for = status and int(status[1]) in self.expected
        if not (message.text.startswith(REFUSED_AGAIN) and asked_for):
            self.complaints.append(message.text)

    def _answered(self, response: Response) -> None:
        self.addresses.append(response.url)
        policy = response.headers.get("content-security-policy", "")
        if response.request.resource_type == "document" and "default-src 'none'" not in policy:
            self.complaints.append(f"{response.url} has no content policy")


def _places(violation: dict) -> list[str]:
    return [node["html"][:160] for node in violation["nodes"][:3]]
