"""Key-encryption keys behind HTTP, by the protocol of Vault's and OpenBao's transit engine.

A key for each organization, `einthoven-<public id>`, that never leaves the other side. Asked
through `core.egress`: https, or plain HTTP to loopback; redirects are not followed.
"""

from __future__ import annotations

import base64
import binascii
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from apps.core import egress
from apps.core.kek.engine import KekGone, KekUnavailable, NotGenuine, Wrapped

TIMEOUT_S = 5.0
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
LARGEST = 64 * 1024


class _Missing(Exception):
    """There is no such key on the other side."""


class _Refused(Exception):
    """The other side understood and will not: wrong bytes, or a version that is no more."""


class TransitKeys:
    """`url` is the engine's mount, such as https://vault.example:8200/v1/transit."""

    def __init__(self, url: str, token_file: Path) -> None:
        self._parts = urlsplit(url)
        secure = self._parts.scheme == "https"
        if not secure and not (self._parts.scheme == "http" and self._parts.hostname in LOOPBACK):
            raise ImproperlyConfigured("EINTHOVEN_KEK_URL must be https, or http to loopback")
        self._token_file = token_file

    def ids(self, owner: str) -> list[str]:
        try:
            versions = self._ask("GET", "keys", owner)["keys"]
        except _Missing:
            return []
        return [f"{owner}:v{version}" for version in sorted(map(int, versions))]

    def wrap(self, owner: str, key: bytes, bound: bytes) -> Wrapped:
        if not self.ids(owner):
            self._ask("POST", "keys", owner, {"type": "aes256-gcm96"})
        fields = {"plaintext": _text(key), "associated_data": _text(bound)}
        wrapped: str = self._ask("POST", "encrypt", owner, fields)["ciphertext"]
        return Wrapped(f"{owner}:{wrapped.split(':')[1]}", wrapped.encode("ascii"))

    def unwrap(self, kek_id: str, wrapped: bytes, bound: bytes) -> bytes:
        owner = kek_id.rpartition(":")[0]
        fields = {"ciphertext": wrapped.decode("ascii"), "associated_data": _text(bound)}
        try:
            return base64.b64decode(self._ask("POST", "decrypt", owner, fields)["plaintext"])
        except _Missing:
            raise KekGone from None
        except _Refused:
            # A missing key and a wrong ciphertext may be refused alike.
            raise (NotGenuine if kek_id in self.ids(owner) else KekGone) from None
        except binascii.Error:
            raise KekUnavailable from None

    def renew(self, owner: str) -> None:
        self._ask("POST", "keys", f"{owner}/rotate", {})

    def forget_older(self, owner: str) -> None:
        newest = int(self.ids(owner)[-1].rpartition(":v")[2])
        least = {"min_decryption_version": newest, "min_encryption_version": newest}
        self._ask("POST", "keys", f"{owner}/config", least)
        self._ask("POST", "keys", f"{owner}/trim", {"min_available_version": newest})

    def destroy(self, owner: str) -> None:
        if not self.ids(owner):
            return
        self._ask("POST", "keys", f"{owner}/config", {"deletion_allowed": True})
        self._ask("DELETE", "keys", owner)

    def _ask(self, method: str, what: str, owner: str, body: Any = None) -> dict[str, Any]:
        """The answer's data. Raises _Missing, _Refused, KekUnavailable."""
        path = f"{self._parts.path.rstrip('/')}/{what}/einthoven-{quote(owner)}"
        try:
            token = self._token_file.read_text(encoding="utf-8").strip()
            status, text = self._exchange(method, path, token, body)
            if status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
                return dict(json.loads(text or b"{}").get("data") or {})
        except (OSError, egress.Refused, egress.Unreachable, ValueError, AttributeError):
            raise KekUnavailable from None
        if status == HTTPStatus.NOT_FOUND:
            raise _Missing
        if status == HTTPStatus.BAD_REQUEST:
            raise _Refused
        raise KekUnavailable

    def _exchange(self, method: str, path: str, token: str, body: Any) -> tuple[int, bytes]:
        answer = egress.request(
            method,
            self._parts._replace(path=path, query="", fragment="").geturl(),
            allow=[
                f"{self._parts.hostname}:{self._parts.port or egress.PORTS[self._parts.scheme]}"
            ],
            headers={"X-Vault-Token": token},
            body=None if body is None else json.dumps(body).encode(),
            seconds=TIMEOUT_S,
            limit=LARGEST,
            from_settings=True,
        )
        return answer.status, answer.body


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
