"""Revocation lists that no library writes: of a weak hash, or without an end (DER, X.690)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

NEXT_UPDATE = 4
ECDSA_WITH_SHA1 = bytes.fromhex("06072a8648ce3d0401")
UNKNOWN = bytes.fromhex("06072a8648ce3d047f")
SEQUENCE, BIT_STRING = 0x30, 0x03


def of_algorithm(der: bytes, key: ec.EllipticCurvePrivateKey, identifier: bytes) -> bytes:
    """The same list, signed anew with a hash that is broken, and by that name."""
    tbs, _, _ = _items(der)
    algorithm, parts = _element(SEQUENCE, identifier), _items(tbs)
    parts[1] = algorithm
    return _signed(parts, algorithm, key, SHA1())


def without_end(der: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The same list without its nextUpdate, signed anew."""
    tbs, algorithm, _ = _items(der)
    parts = _items(tbs)
    del parts[NEXT_UPDATE]
    return _signed(parts, algorithm, key, SHA256())


def _signed(
    parts: list[bytes], algorithm: bytes, key: ec.EllipticCurvePrivateKey, hashed: SHA1 | SHA256
) -> bytes:
    tbs = _element(SEQUENCE, *parts)
    signature = key.sign(tbs, ec.ECDSA(hashed))
    return _element(SEQUENCE, tbs, algorithm, _element(BIT_STRING, b"\0", signature))


def _element(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def _items(der: bytes) -> list[bytes]:
    """The elements within the first one."""
    _, at, end = _header(der, 0)
    found = []
    while at < end:
        _, _, stop = _header(der, at)
        found.append(der[at:stop])
        at = stop
    return found


def _header(der: bytes, at: int) -> tuple[int, int, int]:
    """Its tag, where its content begins and where it ends."""
    size, begins = der[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, begins = int.from_bytes(der[begins : begins + count], "big"), begins + count
    return der[at], begins, begins + size
