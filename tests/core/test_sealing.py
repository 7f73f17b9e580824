"""Sealed bytes come back exactly, to their organization only, or not at all."""

from __future__ import annotations

import base64
import json
import os

import pytest

from apps.core.blobs import sealing
from apps.core.blobs.keyring import parse_keyring
from apps.core.blobs.sealing import SEGMENT, TAG, Unsealable

HEADER = 4 + 1 + 16 + 16
SEALED_SEGMENT = SEGMENT + TAG
BOUNDARIES = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 3 * SEGMENT + 17]


def key_of(letter):
    return base64.b64encode(letter.encode() * 32).decode()


def ring(active, *names):
    keys = {name: key_of(name[-1]) for name in names}
    return parse_keyring(json.dumps({"active": active, "keys": keys}), "KEYS")


K1 = ring("k1", "k1")


def seal(chunks, organization_id, keys=K1):
    return sealing.seal(chunks, organization_id, keys)


def unseal(chunks, organization_id, keys=K1):
    return sealing.unseal(chunks, organization_id, keys)


def seal_bytes(data, organization_id, keys=K1):
    return sealing.seal_bytes(data, organization_id, keys)


def unseal_bytes(data, organization_id, keys=K1):
    return sealing.unseal_bytes(data, organization_id, keys)


@pytest.mark.parametrize("size", BOUNDARIES)
def test_every_size_comes_back_exactly(size):
    plain = os.urandom(size)
    sealed = seal_bytes(plain, 1)
    segments = max(1, -(-size // SEGMENT))
    assert len(sealed) == HEADER + size + segments * TAG
    assert unseal_bytes(sealed, 1) == plain


@pytest.mark.parametrize("step", [1, 37, TAG, 4096])
def test_the_pieces_of_a_stream_do_not_matter(step, monkeypatch):
    monkeypatch.setattr(sealing, "SEGMENT", 64)
    plain = os.urandom(1000)
    sealed = b"".join(seal((plain[i : i + step] for i in range(0, 1000, step)), 1))
    assert b"".join(unseal((sealed[i : i + step] for i in range(0, len(sealed), step)), 1)) == plain


def test_the_same_bytes_never_look_the_same_twice():
    first, second = seal_bytes(b"same", 1), seal_bytes(b"same", 1)
    assert first[HEADER:] != second[HEADER:]


def test_nothing_plain_is_left_in_the_sealed_form():
    assert b"BLOGGS^JO" not in seal_bytes(b"PatientName BLOGGS^JO" * 100, 1)


def test_another_organization_cannot_unseal():
    with pytest.raises(Unsealable, match="blob-not-genuine"):
        unseal_bytes(seal_bytes(b"mercy's", 1), 2)


def flipped(blob: bytes, place: int) -> bytes:
    changed = bytearray(blob)
    changed[place] ^= 1
    return bytes(changed)


def damaged() -> dict[str, bytes]:
    plain = os.urandom(3 * SEGMENT + 17)
    blob, other = seal_bytes(plain, 1), seal_bytes(plain, 1)
    head = blob[:HEADER]
    parts = [blob[HEADER + i * SEALED_SEGMENT :][:SEALED_SEGMENT] for i in range(4)]
    return {
        "nothing": b"",
        "half a header": blob[: HEADER - 1],
        "header only": head,
        "cut at a segment": head + b"".join(parts[:3]),
        "cut inside a segment": blob[:-5],
        "cut inside the first": blob[: HEADER + 100],
        "segments swapped": head + parts[1] + parts[0] + parts[2] + parts[3],
        "segment dropped": head + parts[0] + parts[2] + parts[3],
        "segment doubled": head + parts[0] + b"".join(parts),
        "segment appended": blob + parts[3],
        "byte appended": blob + b"x",
        "bit in the key id": flipped(blob, 5),
        "bit in the blob id": flipped(blob, 30),
        "unknown version": blob[:4] + b"\x02" + blob[5:],
        "other magic": b"XXXX" + blob[4:],
        "bit in the first segment": flipped(blob, HEADER + 5),
        "bit in the last tag": flipped(blob, -1),
        "segment of another blob": head + other[HEADER:][:SEALED_SEGMENT] + b"".join(parts[1:]),
        "header of another blob": other[:HEADER] + blob[HEADER:],
    }


def test_every_damage_is_noticed():
    noticed = {}
    for name, blob in damaged().items():
        try:
            unseal_bytes(blob, 1)
        except Unsealable as error:
            noticed[name] = error.code
    assert noticed.keys() == damaged().keys()
    assert set(noticed.values()) <= {
        "blob-truncated",
        "blob-unknown-version",
        "blob-key-gone",
        "blob-not-genuine",
    }


def test_a_damaged_stream_gives_only_genuine_bytes_before_it_stops():
    plain = os.urandom(2 * SEGMENT)
    sealed = seal_bytes(plain, 1)
    stream = unseal([sealed[:-1]], 1)
    assert next(stream) == plain[:SEGMENT]
    with pytest.raises(Unsealable):
        next(stream)


def test_old_blobs_open_after_the_key_is_changed():
    old, keys = seal_bytes(b"old", 1), ring("k2", "k1", "k2")
    new = seal_bytes(b"new", 1, keys)
    assert (unseal_bytes(old, 1, keys), unseal_bytes(new, 1, keys)) == (b"old", b"new")
    assert b"k2" in new[:HEADER]


def test_a_key_that_is_gone_is_named_as_the_cause():
    old = seal_bytes(b"old", 1)
    with pytest.raises(Unsealable, match="blob-key-gone"):
        unseal_bytes(old, 1, ring("k2", "k2"))


def test_a_key_replaced_under_its_name_opens_nothing():
    old = seal_bytes(b"old", 1)
    other = parse_keyring(json.dumps({"active": "k1", "keys": {"k1": key_of("x")}}), "KEYS")
    with pytest.raises(Unsealable, match="blob-not-genuine"):
        unseal_bytes(old, 1, other)
