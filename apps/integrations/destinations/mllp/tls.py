"""TLS towards a receiver of results: what it must prove, what is shown to it, what went wrong."""

from __future__ import annotations

import secrets
import ssl
import tempfile
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from apps.core.errors import RetryableError


@dataclass(frozen=True, slots=True)
class Tls:
    """`name` is whom the receiver's certificate must be for; all certificates are PEM.

    Without `authorities` the machine's are trusted. `certificate` and `key` are ours, or empty.
    """

    name: str
    authorities: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)


def context_of(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 or later, certificate and name checked. Raises RetryableError.

    What is wrong here is wrong for every message: they wait until it is put right.
    """
    if tls.certificate and not tls.key:
        raise RetryableError("mllp_tls_key_missing")
    try:
        context = ssl.create_default_context(cadata=tls.authorities)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A certificate that is named is trusted for itself, whoever issued it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if tls.certificate:
            _show(context, tls)
        # A name that nothing can be called is found before anybody is.
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=tls.name)
    except (OSError, ValueError, TypeError):
        raise RetryableError("mllp_tls_settings") from None
    return context


def _show(context: ssl.SSLContext, tls: Tls) -> None:
    """Python takes a key from a file only: it lies there under a password of this moment."""
    password = secrets.token_hex(32)
    sealed = load_pem_private_key(tls.key.encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(sealed + tls.certificate.encode())
        file.flush()
        context.load_cert_chain(file.name, password=password)


# OpenSSL's results of checking a certificate (x509_vfy.h) → the code of a delivery.
UNPROVEN = {
    9: "mllp_tls_certificate_early",
    10: "mllp_tls_certificate_expired",
    62: "mllp_tls_wrong_name",
    64: "mllp_tls_wrong_name",
}
# What a receiver says of the certificate that it was shown, or was not (RFC 8446 6.2).
OF_OURS = ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_ACCESS_DENIED")
NO_COMMON = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER", "VERSION_TOO_LOW")
# A connection that ends within the handshake: which of them depends on the release of Python.
HUNG_UP = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_EOF", "RECORD_LAYER_FAILURE")


def fault_in_greeting(error: OSError) -> str:
    """The code of what ended the handshake; nothing of the message has been sent by then."""
    if isinstance(error, TimeoutError):
        return "mllp_tls_unanswered"
    if isinstance(error, ssl.SSLCertVerificationError):
        return UNPROVEN.get(error.verify_code, "mllp_tls_untrusted")
    if not isinstance(error, ssl.SSLError) or isinstance(error, HUNG_UP):
        return "mllp_tls_not_spoken"
    said = error.reason or ""
    if refusal := refusal_of_ours(error):
        return refusal
    if any(word in said for word in NO_COMMON):
        return "mllp_tls_version"
    return "mllp_tls_not_spoken" if any(w in said for w in NOT_TLS) else "mllp_tls_failed"


def refusal_of_ours(error: OSError) -> str:
    """The code where the receiver refuses our certificate, in TLS 1.3 after the handshake."""
    said = getattr(error, "reason", None) or ""
    # A handshake that fails for want of a certificate is told so by TLS 1.3 only.
    refused = any(word in said for word in OF_OURS) or "ALERT_HANDSHAKE_FAILURE" in said
    return "mllp_tls_certificate_refused" if refused else ""
