"""What both engines promise: whole, in order, never overwritten."""

from __future__ import annotations

import threading

import pytest

from apps.core.blobs import s3 as s3_module
from apps.core.blobs.store import TEMPORARY

MANY = 5


def put(engine, key, *chunks):
    return engine.promote(engine.write("org/1", chunks), key)


def read(engine, key):
    return b"".join(engine.read(key))


def everything(engine):
    return [entry.key for entry in engine.entries("")]


def test_what_is_written_can_be_read(engine):
    assert put(engine, "org/1/raw/a", b"one", b"two")
    assert read(engine, "org/1/raw/a") == b"onetwo"
    assert engine.exists("org/1/raw/a")


def test_an_empty_stream_is_an_object(engine):
    assert put(engine, "org/1/raw/a")
    assert read(engine, "org/1/raw/a") == b""


@pytest.mark.parametrize("length", [-1, 0, 1, s3_module.PART + 5])
def test_a_stream_of_several_parts_comes_back_whole(engine, length):
    data = bytes(range(251)) * (s3_module.PART // 251 + 1)
    data = (data * 2)[: s3_module.PART + length]
    chunks = [data[start : start + 1_000_003] for start in range(0, len(data), 1_000_003)]
    assert put(engine, "org/1/raw/a", *chunks)
    assert read(engine, "org/1/raw/a") == data
    assert everything(engine) == ["org/1/raw/a"]


def test_nothing_has_a_key_before_it_is_promoted(engine):
    temporary = engine.write("org/1", [b"half"])
    assert not engine.exists("org/1/raw/a")
    assert list(engine.keys("org/1")) == []
    assert [entry.key for entry in engine.entries("org/1/")] == [temporary]


def test_a_key_is_never_overwritten(engine):
    assert put(engine, "org/1/raw/a", b"first")
    assert not put(engine, "org/1/raw/a", b"second")
    assert read(engine, "org/1/raw/a") == b"first"
    assert everything(engine) == ["org/1/raw/a"]


def test_only_replacing_gives_a_key_other_bytes(engine):
    put(engine, "org/1/raw/a", b"first")
    engine.replace(engine.write("org/1", [b"second"]), "org/1/raw/a")
    assert read(engine, "org/1/raw/a") == b"second"
    assert everything(engine) == ["org/1/raw/a"]


def test_of_many_writers_at_once_exactly_one_gives_the_key(engine):
    ready, results = threading.Barrier(MANY), {}

    def write(number):
        temporary = engine.write("org/1", [b"%d" % number])
        ready.wait()
        results[number] = engine.promote(temporary, "org/1/raw/a")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(MANY)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    winners = [number for number, is_new in results.items() if is_new]
    assert (len(results), len(winners)) == (MANY, 1)
    assert read(engine, "org/1/raw/a") == b"%d" % winners[0]
    assert everything(engine) == ["org/1/raw/a"]


@pytest.mark.parametrize("before", [0, s3_module.PART + 1], ids=["first part", "second part"])
def test_a_stream_that_fails_leaves_nothing(engine, before):
    def failing():
        yield b"x" * before
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.write("org/1", failing())
    assert everything(engine) == []
    assert engine.sweep_temporary(older_than_s=-60) == 0


def test_keys_lists_one_organization_in_order(engine):
    for key in ("org/1/raw/a", "org/1/pdf/b", "org/11/raw/c", "org/1/raw-2/d", "org/1/raw2/e"):
        put(engine, key, b"x")
    found = list(engine.keys("org/1"))
    assert found == ["org/1/pdf/b", "org/1/raw-2/d", "org/1/raw/a", "org/1/raw2/e"]
    assert list(engine.keys("org/1/")) == found
    assert list(engine.keys("")) == [*found, "org/11/raw/c"]
    assert list(engine.keys("org/2")) == []


def test_entries_know_length_and_age(engine):
    put(engine, "org/1/raw/a", b"12345")
    (entry,) = engine.entries("org/1/raw/")
    assert (entry.key, entry.size) == ("org/1/raw/a", 5)
    put(engine, "org/1/raw/b", b"1")
    assert 0 <= max(e.modified_at for e in engine.entries("")) - entry.modified_at < 60


def test_what_an_interrupted_upload_left_is_swept_when_it_is_old(engine):
    put(engine, "org/1/raw/a", b"kept")
    left = [engine.write(f"org/{number}", [b"left"]) for number in (1, 2)]
    assert engine.sweep_temporary(older_than_s=24 * 3600) == 0
    assert [key for key in everything(engine) if TEMPORARY in key] == sorted(left)
    assert engine.sweep_temporary(older_than_s=-60) == 2
    assert everything(engine) == ["org/1/raw/a"]


def test_deleting_what_is_not_there_does_nothing(engine):
    put(engine, "org/1/raw/a", b"x")
    engine.delete("org/1/raw/a")
    engine.delete("org/1/raw/a")
    assert not engine.exists("org/1/raw/a")


def test_a_missing_key_is_said_to_be_missing(engine):
    put(engine, "org/1/raw/a", b"x")
    with pytest.raises(FileNotFoundError):
        read(engine, "org/1/raw/none")
    with pytest.raises(FileNotFoundError):
        engine.promote("org/1/temporary/none", "org/1/raw/b")


def test_more_than_one_page_of_keys_is_listed(engine):
    """A page of a listing has 1,000 keys."""
    names = sorted(f"org/1/raw/{number:04}" for number in range(1010))
    if hasattr(engine, "bucket"):
        client = engine.client
        for name in names:
            client.put_object(Bucket=engine.bucket.name, Key=f"{engine.bucket.prefix}/{name}")
    else:
        (engine.root / "org/1/raw").mkdir(parents=True)
        [(engine.root / name).touch() for name in names]
    assert list(engine.keys("org/1")) == names
