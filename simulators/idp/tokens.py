"""ID tokens, signed by hand (RFC 7515, RFC 7518) so that nothing is shared with who reads them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_ID = "simulated-1"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    n = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    e = numbers.e.to_bytes(3, "big")
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": b64(n), "e": b64(e)}


def signed(claims: dict[str, Any], key: rsa.RSAPrivateKey, algorithm: str = "RS256") -> str:
    """`none` and HS256, with the public key as secret, are what forgers send."""
    header = {"alg": algorithm, "typ": "JWT", "kid": KEY_ID}
    parts = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{parts}.{b64(_signature(parts.encode(), key, algorithm))}"


def _signature(data: bytes, key: rsa.RSAPrivateKey, algorithm: str) -> bytes:
    if algorithm == "none":
        return b""
    if algorithm == "HS256":
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return hmac.new(public, data, hashlib.sha256).digest()
    return key.sign(data, padding.PKCS1v15(), SHA256())
