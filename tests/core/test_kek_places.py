"""Where key-encryption keys are kept: private files, one setting, an honest connection."""

from __future__ import annotations

import json
import multiprocessing
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.core.kek.chosen import key_encryption
from apps.core.kek.engine import KekGone, KekUnavailable
from apps.core.kek.file import FileKeys
from apps.core.kek.transit import TransitKeys
from tests.core.kek_places import file_keys, token_file, transit_server

KEY = b"D" * 32
RING = json.dumps({"active": "a", "keys": {"a": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}})


def test_a_file_that_others_may_read_is_refused(tmp_path):
    keys = file_keys(tmp_path)
    (tmp_path / "kek.json").chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        keys.wrap("a", KEY, b"")


def test_the_file_stays_private_and_what_was_destroyed_is_not_in_it(tmp_path):
    keys = file_keys(tmp_path)
    kek_id, _ = keys.wrap("a", KEY, b"")
    entry = json.loads((tmp_path / "kek.json").read_text())["organizations"]["a"]
    secret = entry["keys"][kek_id.partition(":")[2]]
    keys.destroy("a")
    files = [path for path in tmp_path.iterdir() if path.name != "token"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert not any(secret in path.read_text() for path in files)


def test_the_old_file_is_overwritten_where_somebody_still_holds_it(tmp_path):
    keys = file_keys(tmp_path)
    keys.wrap("a", KEY, b"")
    with open(tmp_path / "kek.json", "rb") as held:
        keys.destroy("a")
        assert set(held.read()) == {0}


@pytest.mark.parametrize("content", [None, "", "[]", '{"organizations": {"a": {"keys": 5}}}'])
def test_a_file_that_is_missing_or_broken_says_nothing_about_keys(tmp_path, content):
    path = tmp_path / "kek.json"
    if content is not None:
        path.touch(mode=0o600)
        path.write_text(content)
    with pytest.raises(KekUnavailable):
        FileKeys(path).unwrap("a:1", b"x" * 60, b"")
    assert path.exists() == (content is not None)


def test_processes_that_add_keys_at_once_lose_none(tmp_path):
    file_keys(tmp_path)
    owners = [str(uuid.UUID(int=number)) for number in range(24)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(_add, [(str(tmp_path / "kek.json"), owner) for owner in owners])
    kept = json.loads((tmp_path / "kek.json").read_text())["organizations"]
    assert sorted(kept) == owners


def _add(path: str, owner: str) -> None:
    FileKeys(Path(path)).wrap(owner, KEY, b"")


def test_a_server_that_is_away_or_refuses_the_token_says_nothing_about_keys(tmp_path):
    with transit_server() as url:
        keys = TransitKeys(url, token_file(tmp_path))
        kek_id, wrapped = keys.wrap("a", KEY, b"")
        (tmp_path / "token").write_text("another")
        with pytest.raises(KekUnavailable):
            keys.unwrap(kek_id, wrapped, b"")
        with pytest.raises(KekGone):
            TransitKeys(url, token_file(tmp_path)).unwrap("b:v1", wrapped, b"")
    with pytest.raises(KekUnavailable):
        keys.unwrap(kek_id, wrapped, b"")


@pytest.mark.parametrize(
    "url", ["http://vault.example/v1/transit", "ftp://127.0.0.1/", "http://127.0.0.1.example/"]
)
def test_keys_are_never_asked_for_in_the_clear(url, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="https"):
        TransitKeys(url, tmp_path / "token")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"KEK_FILE": "/x", "KEK": RING},
        {"KEK": RING, "KEK_URL": "https://vault.example/v1/transit"},
        {"KEK_URL": "https://vault.example/v1/transit"},
        {"KEK": "not a keyring"},
    ],
)
def test_exactly_one_place_is_chosen_and_whole(settings, given):
    for name in ("KEK_FILE", "KEK", "KEK_URL", "KEK_TOKEN_FILE"):
        setattr(settings, name, given.get(name, ""))
    with pytest.raises(ImproperlyConfigured, match="EINTHOVEN_KEK"):
        key_encryption()
