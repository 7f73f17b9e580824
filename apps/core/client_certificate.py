"""The certificate that a client showed to the proxy that ends TLS, as the proxy passes it on."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from urllib.parse import unquote_to_bytes

from cryptography import x509
from django.conf import settings
from django.http import HttpRequest


class NoCertificate(ValueError):
    """What the proxy passed on cannot be read as a certificate."""


def shown_certificate(request: HttpRequest) -> x509.Certificate | None:
    """None where none was shown, or the header came from elsewhere than a proxy of ours.

    Read as RFC 9440 has it (`:base64 of the DER:`) or as PEM in percent encoding, which nginx
    gives. Raises NoCertificate.
    """
    header = settings.CLIENT_CERTIFICATE_HEADER
    if not header or not _is_from_proxy(request):
        return None
    text = request.headers.get(header, "")
    if not text:
        return None
    try:
        if text.startswith(":") and text.endswith(":"):
            return x509.load_der_x509_certificate(base64.b64decode(text[1:-1], validate=True))
        return x509.load_pem_x509_certificate(unquote_to_bytes(text))
    except (ValueError, binascii.Error):
        raise NoCertificate from None


def _is_from_proxy(request: HttpRequest) -> bool:
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in settings.CLIENT_CERTIFICATE_PROXIES)
