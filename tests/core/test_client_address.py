"""The address of a request: past our own proxies, and never what the client claims."""

import pytest
from django.test import RequestFactory

from apps.core.client_address import client_address


def asked(forwarded="", behind="192.0.2.1"):
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    request.META["REMOTE_ADDR"] = behind
    return request


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "<script>", "192.0.2.1"),
    ],
)
def test_only_what_our_proxies_append_is_believed(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(asked(forwarded)) == expected


@pytest.mark.parametrize("behind", ["", "unix:"])
def test_a_local_socket_has_the_local_address(settings, behind):
    settings.TRUSTED_PROXIES = 0
    assert client_address(asked(behind=behind)) == "127.0.0.1"
