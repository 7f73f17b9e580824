"""How a destination is spoken to: by TLS, or in the clear by a decision that is on record."""

from __future__ import annotations

from apps.audit import actions as audit
from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.integrations.destinations.mllp.tls import Tls
from apps.integrations.models import Destination
from apps.tenants.models import User
from apps.tenants.secrets import get_secret

KEY = "tls_key"
Transport = Destination.Transport
NOTED = {
    Transport.TLS: "integrations.destination.encrypted",
    Transport.PRIVATE: "integrations.destination.unencrypted",
}


def tls_of(destination: Destination) -> Tls | None:
    """What its receiver must prove and is shown; None only where its row says in the clear.

    Raises RetryableError where the key cannot be opened: messages wait.
    """
    if destination.transport == Transport.PRIVATE:
        return None
    return Tls(
        name=destination.tls_name or destination.host,
        authorities=destination.tls_authorities,
        certificate=destination.tls_certificate,
        key=key_of(destination) if destination.tls_certificate else "",
    )


def key_of(destination: Destination) -> str:
    """The private key shown to its receiver; empty for none. Raises RetryableError."""
    try:
        return get_secret(destination, KEY)
    except Unsealable:
        raise RetryableError("mllp_tls_key_missing") from None


def note_transport(destination: Destination, before: str | None, *, by: User | None) -> None:
    """Put a choice on record; `before` is what it was, None for a destination that is new."""
    chosen = Transport(destination.transport)
    if chosen != before:
        audit.record(NOTED[chosen], destination, actor=by)
