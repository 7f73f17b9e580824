"""Tag 14 of SCP-ECG: numbers, a model, and five texts of which any may be missing."""

from __future__ import annotations

import struct

import pytest

from apps.ecg.formats.scp.device import Device, read_device
from apps.ecg.formats.scp.tags import DEVICE, END, Tags
from apps.ecg.formats.warnings import Warnings


def device(
    maker: int = 255, model: bytes = b"ELI250", texts: bytes = b"", length: int | None = None
) -> Device:
    raw = struct.pack("<HHHBB6s", 1, 2, 3, 0, maker, model) + bytes([20, 0xA0, 0, 0, 1])
    raw += bytes(16) + texts
    raw = raw if length is None else raw[:length]
    body = struct.pack("<BH", DEVICE, len(raw)) + raw + struct.pack("<BH", END, 0)
    return read_device(Tags(body, Warnings()))


def test_all_five_texts_are_told_apart():
    found = device(texts=b"\x04an1\0SN-1\0sw 2\0scp 3\0Acme\0")
    assert found == Device("Acme", "ELI250", "sw 2", "SN-1")


@pytest.mark.parametrize(
    ("maker", "vendor"), [(8, "Mortara Instruments"), (17, "Schiller"), (0, ""), (200, "")]
)
def test_a_manufacturer_without_a_name_is_known_by_its_number(maker, vendor):
    assert device(maker, texts=b"\x00\0\0\0\0").vendor == vendor


def test_the_name_counts_before_the_number():
    assert device(8, texts=b"\x00\0\0\0Acme\0").vendor == "Acme"


def test_texts_that_say_unknown_say_nothing():
    found = device(8, texts=b"\x08unknown\0unknown\0unknown\0conv\0unknown\0")
    assert found == Device("Mortara Instruments", "ELI250", "conv", "")


@pytest.mark.parametrize("length", [0, 5, 13])
def test_a_field_too_short_for_a_model_says_nothing(length):
    assert device(length=length) == Device()


def test_a_field_without_texts_still_names_the_model():
    assert device(8, b"Cart\0\0", length=30) == Device("Mortara Instruments", "Cart", "", "")


def test_a_length_that_lies_takes_no_more_than_there_is():
    assert device(texts=b"\xffabc\0").serial == ""
