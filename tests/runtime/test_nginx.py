"""What `deploy/nginx.conf` promises of a real nginx."""

from __future__ import annotations

import os
import ssl

import pytest

from apps.core.client_certificate import shown_certificate
from tests.dicom_network.certificates import certificate
from tests.runtime.nginx import NGINX, proxied

FORGED = {
    "X_Forwarded_Proto": "http",
    "X_Forwarded_For": "10.9.9.9",
    "X_Forwarded_Host": "evil.example",
    "Forwarded": "for=10.9.9.9",
    "Client_Cert": ":Zm9yZ2Vk:",
}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    if NGINX is None:
        assert not os.environ.get("CI"), "nginx is missing"
        pytest.skip("nginx is missing: sh deploy/test-tools.sh")
    with proxied(tmp_path_factory.mktemp("nginx")) as running:
        yield running


def test_what_only_a_proxy_may_say_is_said_by_the_proxy_alone(proxy):
    assert proxy.get("/healthz", **FORGED).status == 204
    heard = proxy.heard[-1]
    assert (heard["x-forwarded-proto"], heard["host"]) == ("https", "ecg.example.org")
    # The address of who came by a Unix socket.
    assert heard["x-forwarded-for"] == "unix:"
    assert not {"x-forwarded-host", "forwarded", "client-cert"} & set(heard)


@pytest.mark.parametrize(
    ("version", "ciphers", "is_spoken"),
    [
        (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0", False),
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", False),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-RSA-AES128-GCM-SHA256", True),
        (ssl.TLSVersion.TLSv1_2, "AES128-SHA:@SECLEVEL=0", False),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-RSA-AES256-SHA384:@SECLEVEL=0", False),
        (ssl.TLSVersion.TLSv1_3, "ALL", True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_is_spoken_in_its_sound_versions_and_ciphers_only(proxy, version, ciphers, is_spoken):
    context = proxy.context()
    context.set_ciphers(ciphers)
    context.minimum_version = context.maximum_version = version
    if is_spoken:
        proxy.connect(context).close()
        return
    with pytest.raises(ssl.SSLError, match="ALERT"):
        proxy.connect(context)


def test_pages_are_led_to_https_and_programs_are_refused_in_the_clear(proxy):
    count = len(proxy.heard)
    page = proxy.get("/worklist", tls=False)
    assert (page.status, page.headers["Location"]) == (301, "https://ecg.example.org/worklist")
    assert proxy.get("/api/v1/orders", tls=False).status == 403
    assert len(proxy.heard) == count


def test_the_log_says_neither_where_nor_what_was_asked(proxy):
    proxy.get("/study/kowalski?mrn=4711")
    proxy.get("/study/kowalski?mrn=4711", Content_Length=str(67 << 20))
    written = proxy.written(" 204 GET ", " 413 GET ")
    assert "kowalski" not in written
    assert "4711" not in written


def test_a_certificate_is_passed_on_as_the_product_reads_it(tmp_path, proxy, settings, rf):
    with proxied(tmp_path, asks_for_certificates=True) as asking:
        device = certificate(tmp_path, "cart", asking.authority)
        asking.shown = device.file, device.key
        asking.get("/api/v1/uploads", Client_Cert="forged")
    settings.CLIENT_CERTIFICATE_HEADER = "Client-Cert"
    request = rf.get("/", headers={"Client-Cert": asking.heard[-1]["client-cert"]})
    assert shown_certificate(request) == device.made
