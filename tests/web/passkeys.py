"""A passkey of a person, made of software: it answers what a page asks."""

from __future__ import annotations

import hashlib
import html
import json
import re
from typing import Any

from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

RP = "testserver"
NAME = b"a passkey of the tests"
PRESENT, VERIFIED = AuthenticatorData.FLAG.UP, AuthenticatorData.FLAG.UV
QUESTION = re.compile(r'data-sign-passkey="([^"]+)"')


class Passkey:
    """Registered for the person; `flags` are what it says of who holds it."""

    def __init__(self, user: Any, *, name: bytes = NAME) -> None:
        self.key, self.name = ec.generate_private_key(ec.SECP256R1()), name
        self.flags = PRESENT | VERIFIED
        WebAuthn.add(user, "Ward tablet", self._registered())

    def _registered(self) -> dict[str, Any]:
        cose = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.name, cose)
        known = AuthenticatorData.create(
            hashlib.sha256(RP.encode()).digest(), PRESENT | AuthenticatorData.FLAG.AT, 0, credential
        )
        return self._credential(
            attestationObject=AttestationObject.create("none", known, {}),
            clientDataJSON=b'{"type": "webauthn.create", "challenge": "", "origin": ""}',
        )

    def _credential(self, **response: bytes) -> dict[str, Any]:
        name = websafe_encode(self.name)
        parts = {key: websafe_encode(value) for key, value in response.items()}
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": parts,
            "clientExtensionResults": {},
        }

    def answer(self, page: str, *, origin: str = f"https://{RP}") -> str:
        """To the question of a page that signs, as the browser puts it into the form."""
        asked = json.loads(html.unescape(QUESTION.search(page)[1]))["publicKey"]  # type: ignore[index]
        said = {"type": "webauthn.get", "challenge": asked["challenge"], "origin": origin}
        client = json.dumps(said).encode()
        known = AuthenticatorData.create(hashlib.sha256(RP.encode()).digest(), self.flags, 1)
        signed = known + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return json.dumps(
            self._credential(authenticatorData=known, clientDataJSON=client, signature=signature)
        )
