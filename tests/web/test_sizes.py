"""Sizes as a person reads them."""

import pytest

from apps.web.templatetags.show import size


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (999, "999 B"),
        (290_940, "291 kB"),
        (1_400_000, "1.4 MB"),
        (4_294_967_296, "4.29 GB"),
        (200 * 10**9, "200 GB"),
    ],
)
def test_a_size_is_told_in_the_unit_that_fits(count, words):
    assert size(count) == words
