"""Frames are found however they are cut, and what is none is let go."""

from __future__ import annotations

import pytest

from apps.integrations.mllp.frames import Frames, framed

ONE, TWO = b"MSH|one", b"MSH|two\rPID|1"


def fed(pieces, longest=100):
    frames = Frames(longest)
    found = [message for piece in pieces for message in frames.feed(piece)]
    return found, frames.is_open


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_frames_are_the_same_however_reads_cut_them(size):
    data = framed(ONE) + framed(TWO) + framed(ONE)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert fed(pieces) == ([ONE, TWO, ONE], False)


@pytest.mark.parametrize(
    "stray",
    [b"\r\n", b"\x1c\r", b"GET / HTTP/1.1\r\n\r\n", b"MSH|lost\x1c\r", b"\x00\xff\x1c"],
    ids=["line", "end", "http", "half", "bytes"],
)
def test_what_stands_outside_is_let_go(stray):
    assert fed([stray + framed(ONE) + stray, stray, framed(TWO)]) == ([ONE, TWO], False)


@pytest.mark.parametrize("cut", [b"", b"MSH|cut", b"MSH|cut\x1c", b"MSH|cut\r"])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_frame_that_another_begins_in_is_let_go(cut, size):
    data = b"\x0b" + cut + framed(ONE)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert fed(pieces) == ([ONE], False)


def test_one_end_byte_alone_ends_nothing():
    assert fed([b"\x0bMSH|a\x1c", b"|b\x1c", b"\r"]) == ([b"MSH|a\x1c|b"], False)


def test_of_a_longer_one_no_more_is_held_than_shows_it():
    found, is_open = fed([b"\x0b" + b"x" * 90, b"x" * 10_000, b"\x1c", b"\r" + framed(ONE)])
    assert (found, is_open) == ([b"x" * 101, ONE], False)


def test_one_that_has_not_ended_is_open_and_nothing():
    assert fed([b"\x0bMSH|cut"]) == ([], True)
