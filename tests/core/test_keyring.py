"""A keyring that cannot be used stops the start, without printing a key."""

from __future__ import annotations

import base64
import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.core.blobs.keyring import parse_keyring

KEY = base64.b64encode(b"K" * 32).decode()
SHORT = base64.b64encode(b"K" * 31).decode()


def test_a_keyring_names_its_active_key():
    ring = parse_keyring(json.dumps({"active": "k2", "keys": {"k1": KEY, "k2": KEY}}), "KEYS")
    assert ring.active == "k2"
    assert ring.key("k1") == b"K" * 32


def test_a_key_of_another_name_is_not_found():
    with pytest.raises(KeyError):
        parse_keyring(json.dumps({"active": "k1", "keys": {"k1": KEY}}), "KEYS").key("k9")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        json.dumps({"active": "k1"}),
        json.dumps({"active": "k1", "keys": []}),
        json.dumps({"active": "k1", "keys": {"k1": 5}}),
        json.dumps({"active": "k1", "keys": {"k1": "%%%"}}),
        json.dumps({"active": "k1", "keys": {"k1": SHORT}}),
        json.dumps({"active": "k2", "keys": {"k1": KEY}}),
        json.dumps({"active": "", "keys": {"": KEY}}),
        json.dumps({"active": "k" * 17, "keys": {"k" * 17: KEY}}),
    ],
)
def test_an_unusable_keyring_is_refused_without_showing_it(text):
    with pytest.raises(ImproperlyConfigured, match="KEYS") as refusal:
        parse_keyring(text, "KEYS")
    assert KEY not in str(refusal.value)
    assert SHORT not in str(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
