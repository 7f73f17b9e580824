"""Numbers between commas: whole ones, as many as announced, within 32 bits."""

from __future__ import annotations

import pytest

from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.listed import whole_numbers


@pytest.mark.parametrize("text", ["1,-2,+3", " 1, -2,\n\t3 ", "1,-2,3,"])
def test_whole_numbers_are_read(text):
    assert whole_numbers(text, 3, field="f").tolist() == [1, -2, 3]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,2", "sample-count"),
        ("1,2,3,4", "sample-count"),
        ("", "sample-count"),
        ("1,,3", "bad-samples"),
        ("1,2.5,3", "bad-samples"),
        ("1,1e3,3", "bad-samples"),
        ("1,1_0,3", "bad-samples"),
        ("1,٣,3", "bad-samples"),
        ("1,1 2,3", "bad-samples"),
        ("1,--2,3", "bad-samples"),
        ("1,NaN,3", "bad-samples"),
        ("1,2147483648,3", "sample-range"),
        ("1,-2147483649,3", "sample-range"),
        ("1,99999999999999999999,3", "bad-samples"),
    ],
)
def test_anything_else_is_refused_with_its_field(text, code):
    with pytest.raises(Refused) as refused:
        whole_numbers(text, 3, field="Strip/I")
    assert (refused.value.code, refused.value.field) == (code, "Strip/I")


def test_the_ends_of_32_bits_are_samples():
    ends = [-(1 << 31), (1 << 31) - 1]
    assert whole_numbers(",".join(map(str, ends)), 2, field="").tolist() == ends
