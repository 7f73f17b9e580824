"""Certificates and peers of the DICOM network, as an administrator types them."""

from __future__ import annotations

import pytest

from apps.tenants import inbound
from apps.tenants.model_inbound import ApplicationEntity

ONE, OTHER = "ab" * 32, "cd" * 32


def test_a_fingerprint_is_taken_however_it_is_written():
    colons = ":".join(["AB"] * 32)
    assert inbound.fingerprints(f"{colons}\n\n {OTHER} \n{ONE}") == f"{ONE}\n{OTHER}"


@pytest.mark.parametrize("text", ["ab", "zz" * 32, ONE + "a", "sha256"])
def test_what_is_no_fingerprint_is_refused(text):
    with pytest.raises(ValueError, match="is no SHA-256"):
        inbound.fingerprints(text)


def test_a_title_without_certificates_takes_any_and_one_with_them_only_those():
    assert ApplicationEntity().trusts("")
    listed = ApplicationEntity(certificates=f"{ONE}\n{OTHER}")
    assert [listed.trusts(shown) for shown in (ONE, OTHER, "", "ef" * 32)] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("address", "may"),
    [("10.1.2.3", True), ("192.168.0.9", True), ("8.8.8.8", False), ("169.254.169.254", False)],
)
def test_peers_are_called_in_named_networks_only(address, may):
    assert inbound.may_be_called(address) is may


def test_this_machine_is_called_in_the_demo_only(settings):
    settings.DEMO = False
    assert not inbound.may_be_called("127.0.0.1")
    settings.DEMO = True
    assert inbound.may_be_called("127.0.0.1")
