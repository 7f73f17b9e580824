"""Blobs are named by their plain bytes and never served when they are not those."""

from __future__ import annotations

import hashlib
from functools import partial

import pytest

from apps.core.blobs import store
from apps.core.blobs.folder import FolderEngine
from apps.core.blobs.sealing import Unsealable
from apps.core.blobs.store import Corrupt, TooLarge
from apps.core.errors import RetryableError
from apps.tenants.places import keyring_of


@pytest.fixture
def root(tmp_path):
    return tmp_path


@pytest.fixture
def blobs(root):
    """The store with its place and its keys given."""

    class Blobs:
        place = FolderEngine(root), keyring_of(1)
        put = staticmethod(partial(store.put, *place))
        get = staticmethod(partial(store.get, *place))

    return Blobs


def name_of(data):
    return hashlib.sha256(data).hexdigest()


def files(root):
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_blob_is_found_by_the_hash_of_its_plain_bytes(blobs, root):
    stored = blobs.put(1, "raw", [b"ab", b"c"])
    assert (stored.sha256, stored.size, stored.is_new) == (name_of(b"abc"), 3, True)
    assert blobs.get(1, "raw", stored.sha256) == b"abc"
    assert b"abc" not in files(root)[0].read_bytes()


def test_the_same_bytes_are_stored_once(blobs, root):
    assert blobs.put(1, "raw", [b"abc"]).is_new
    assert not blobs.put(1, "raw", [b"a", b"bc"]).is_new
    assert len(files(root)) == 1


def test_each_organization_has_its_own_copy_under_its_own_seal(blobs, root):
    mine = blobs.put(1, "raw", [b"abc"])
    assert blobs.put(2, "raw", [b"abc"]).is_new
    with pytest.raises(FileNotFoundError):
        blobs.get(3, "raw", mine.sha256)


def test_a_blob_moved_to_another_organization_is_not_genuine(blobs, root):
    stored = blobs.put(1, "raw", [b"abc"])
    foreign = root / store.blob_key(2, "raw", stored.sha256)
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(files(root)[0].read_bytes())
    with pytest.raises(Unsealable):
        blobs.get(2, "raw", stored.sha256)


def test_a_genuine_blob_under_another_name_is_refused(blobs, root):
    first, second = blobs.put(1, "raw", [b"first"]), blobs.put(1, "raw", [b"second"])
    key = store.blob_key(1, "raw", first.sha256)
    (root / key).write_bytes((root / store.blob_key(1, "raw", second.sha256)).read_bytes())
    with pytest.raises(Corrupt):
        blobs.get(1, "raw", first.sha256)


def test_an_empty_blob_is_a_blob(blobs):
    assert blobs.get(1, "raw", blobs.put(1, "raw", []).sha256) == b""


def test_the_limit_is_exact_and_leaves_nothing(blobs, root):
    assert blobs.put(1, "raw", [b"x" * 10], limit=10).size == 10
    with pytest.raises(TooLarge):
        blobs.put(1, "raw", [b"y" * 6, b"y" * 5], limit=10)
    assert len(files(root)) == 1


def test_a_sender_that_breaks_off_leaves_nothing(blobs, root):
    def broken():
        yield b"half"
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, RetryableError)):
        blobs.put(1, "raw", broken())
    assert files(root) == []


def test_storage_that_is_away_is_worth_another_try(blobs, root):
    (root / "org").write_text("in the way")
    with pytest.raises(RetryableError, match="storage-unavailable"):
        blobs.put(1, "raw", [b"x"])
