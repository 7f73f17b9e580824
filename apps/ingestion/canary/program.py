"""The program as which the platform calls its own doors, with a key for one call."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from apps.core import egress
from apps.core.scope import required_organization
from apps.ingestion.canary.errors import Impossible, NotTaken
from apps.ingestion.model_canary import PROGRAM
from apps.tenants.clients import renewed_key
from apps.tenants.model_api import Scope
from apps.tenants.models import ApiClient, Organization
from apps.tenants.signing_keys import renewed_signing_key

SCOPES = (Scope.FILES_WRITE, Scope.SUBMISSIONS_WRITE)
KEY_LASTS = dt.timedelta(minutes=10)
LONGEST_ANSWER, SECONDS = 1 << 20, 60.0
COVERED = ("@method", "@path", "content-digest")


@dataclass
class _Message:
    method: str
    url: str
    headers: dict[str, str]


def call(path: str, body: bytes, kind: str, headers: dict[str, str]) -> None:
    """POST it to the address people use. Raises Impossible, NotTaken and RetryableError."""
    client, key, signing = _admitted()
    url = settings.BASE_URL.rstrip("/") + path
    given = headers | {"X-Sender": str(client.public_id)} if headers else {}
    message = _Message("POST", url, given)
    if signing is not None:
        _sign(message, body, *signing)
    message.headers |= {"Authorization": f"Bearer {key}", "Content-Type": kind}
    parts = urlsplit(url)
    port = parts.port or egress.PORTS.get(parts.scheme, 0)
    answer = egress.request(
        "POST",
        url,
        allow=[f"{parts.hostname}:{port}"],
        headers=message.headers,
        body=body,
        seconds=SECONDS,
        limit=LONGEST_ANSWER,
        from_settings=True,
    )
    if answer.status not in (200, 201, 202):
        raise NotTaken(f"answer-{answer.status}")


@transaction.atomic
def signature_of(data: bytes, *, version: int) -> bytes:
    """Made with a key of the program's that holds until the next of that version is made.

    Raises Impossible.
    """
    private = Ed25519PrivateKey.generate()
    renewed_signing_key(_client(), private.public_key(), version=version)
    return private.sign(data)


def _client() -> ApiClient:
    """Raises Impossible where the organization has shut it out."""
    made, _ = ApiClient.objects.get_or_create(
        organization_id=required_organization(),
        name=PROGRAM,
        defaults={"scopes": " ".join(sorted(SCOPES))},
    )
    client = ApiClient.objects.select_for_update(no_key=True).get(pk=made.pk)
    if client.revoked_at is not None:
        raise Impossible("client-shut-out")
    return client


@transaction.atomic
def _admitted() -> tuple[ApiClient, str, tuple[str, Ed25519PrivateKey] | None]:
    """The client, its key and, where the organization asks for signatures, one to sign with."""
    client = _client()
    key = renewed_key(client, until=timezone.now() + KEY_LASTS)
    organization = Organization.objects.get(pk=client.organization_id)
    if not (client.signature_required or organization.signatures_required):
        return client, key, None
    private = Ed25519PrivateKey.generate()
    return client, key, (renewed_signing_key(client, private.public_key()), private)


def _sign(message: _Message, body: bytes, key_id: str, private: Ed25519PrivateKey) -> None:
    keys = MappingKeyResolver(public_keys={}, private_keys={key_id: private})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    covered = [*COVERED, *(name.lower() for name in message.headers)]
    signer.sign(
        message,
        key_id=key_id,
        created=timezone.now(),
        nonce=uuid.uuid4().hex,
        covered_component_ids=covered,
        body=body,
    )
