"""What a file's signature came to: whose it is, or why the file is held for a person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from apps.ecg.formats.canonical import Refused
from apps.ingestion.models import Ingress
from apps.tenants.models import SigningKey

KEY_UNKNOWN, KEY_RETIRED = "signature-key-unknown", "signature-key-retired"
KEY_REVOKED, FALSE, ALTERED = "signature-key-revoked", "signature-false", "payload-altered"
# Of a file on a share, whose signature is a file beside it.
MISSING, UNREADABLE, NOBODYS = "signature-missing", "signature-malformed", "signature-of-nobody"

HELD = " It is kept and waits for an administrator to release it."
WORDS = {
    KEY_UNKNOWN: "The signature names a key that is none of this sender's." + HELD,
    KEY_RETIRED: "The signature was made after its key was retired." + HELD,
    KEY_REVOKED: "The signature's key was revoked." + HELD,
    FALSE: "The signature is not of this request." + HELD,
    ALTERED: "The bytes are not those that were signed." + HELD,
    MISSING: "No signature came to lie beside the file, and one is asked for." + HELD,
    UNREADABLE: "What lies beside the file as its signature is none." + HELD,
    NOBODYS: "No signing key known here made the signature beside the file: the device is unknown,"
    " or the bytes were altered." + HELD,
}


@dataclass(frozen=True, slots=True)
class Signed:
    """`key` made the signature, where it is known; a `code` says why it does not hold."""

    key: SigningKey | None = None
    code: str = ""


NOT_SIGNED = Signed()


def held_name(idem_key: str, sha256: str) -> str:
    """Of a delivery that is held: it takes no name from the good one that may still come."""
    return f"held/{hashlib.sha256(f'{idem_key} {sha256}'.encode()).hexdigest()}"


def check_signature(ingress: Ingress) -> None:
    """Before anything is made of the bytes. Raises Refused until a person has set it aside."""
    if code := ingress.signature_code:
        raise Refused(code, WORDS[code], field="signature")
