"""Who may connect is a list of addresses and networks, read strictly."""

from __future__ import annotations

import pytest

from apps.core.peers import is_peer, tidy_peers

LIST = "10.1.0.0/16\n192.0.2.7\n2001:db8::/32"


@pytest.mark.parametrize("address", ["10.1.255.3", "192.0.2.7", "::ffff:10.1.2.3", "2001:db8::9"])
def test_an_address_of_the_list_is_let_in(address):
    assert is_peer(LIST, address)


@pytest.mark.parametrize("address", ["10.2.0.1", "192.0.2.8", "2001:db9::1", "", "cart7", "10.1"])
def test_anything_else_is_not(address):
    assert not is_peer(LIST, address)


def test_an_empty_list_has_nobody_in_it():
    assert not is_peer("", "10.1.2.3")


def test_a_list_is_kept_in_one_spelling():
    assert tidy_peers("2001:DB8:0::9  10.1.2.3/32\n10.1.2.3") == "2001:db8::9\n10.1.2.3"


@pytest.mark.parametrize("wrong", ["10.1.2.3/16", "cart7", "10.1", "10.1.2.3/33", "*"])
def test_what_is_no_address_is_refused_by_its_words(wrong):
    with pytest.raises(ValueError, match="is no address or network") as refused:
        tidy_peers(f"10.0.0.1\n{wrong}")
    assert f"“{wrong}”" in str(refused.value)
