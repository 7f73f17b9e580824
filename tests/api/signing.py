"""A device that signs what it sends, by the library that stands for any integrator's."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from apps.core.scope import organization_scope
from apps.tenants.models import SigningKey
from apps.tenants.signing_keys import add_signing_key, fingerprint_of

COVERED = ("@method", "@path", "content-digest")


@dataclass
class Message:
    method: str
    url: str
    headers: dict = field(default_factory=dict)


class Device:
    """An Ed25519 key, and requests signed with it."""

    def __init__(self):
        self.key = Ed25519PrivateKey.generate()
        self.key_id = fingerprint_of(self.key.public_key())

    def enrolled(self, client):
        with organization_scope(client.organization_id):
            add_signing_key(SigningKey(client=client), self.key.public_key(), by=None)
        return self

    def headers(self, path, body, *, covering=(), created=None, nonce=None, **given):
        """Of a POST of that body: the given ones and those of the signature."""
        named = {name.replace("_", "-"): value for name, value in given.items()}
        message = Message("POST", f"http://testserver{path}", named)
        keys = MappingKeyResolver(public_keys={}, private_keys={self.key_id: self.key})
        signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
        covered = [*COVERED, *(name.lower() for name in named), *covering]
        signer.sign(
            message,
            key_id=self.key_id,
            created=created or timezone.now(),
            nonce=nonce or uuid.uuid4().hex,
            covered_component_ids=covered,
            body=body,
        )
        return dict(message.headers)
