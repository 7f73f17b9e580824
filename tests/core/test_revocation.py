"""Lists of revoked certificates: believed only when genuine and in time, refused otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from apps.core.revocation import (
    Source,
    StatusUnknown,
    _read,
    is_revoked,
    trouble_with,
)
from tests.core.crl_der import ECDSA_WITH_SHA1, UNKNOWN, of_algorithm, without_end

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SIGNS_LISTS = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False,
    data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
    encipher_only=False, decipher_only=False,
)  # fmt: skip
SIGNING = x509.BasicConstraints(ca=True, path_length=None)
SIGNS_NONE = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False,
    data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=False,
    encipher_only=False, decipher_only=False,
)  # fmt: skip


@dataclass(frozen=True)
class Party:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    made: x509.Certificate
    by: Party | None = None

    @property
    def pem(self) -> bytes:
        return self.made.public_bytes(Encoding.PEM)


def party(
    name: str,
    by: Party | None = None,
    *extensions: Any,
    ends: Any = 30 * DAY,
    basic: x509.BasicConstraints | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Party:
    key, own = key or ec.generate_private_key(ec.SECP256R1()), named(name)
    building = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(by.name if by else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 30 * DAY)
        .not_valid_after(NOW + ends)
    )
    basic = basic or x509.BasicConstraints(ca=by is None, path_length=None)
    for extension in (basic, *extensions):
        building = building.add_extension(extension, critical=True)
    return Party(own, key, building.sign((by.key if by else key), SHA256()), by)


def plain(name: str, key: Any, of: Any = None, *extensions: Any) -> Party:
    """Signed by that key for the other, or itself; says nothing but what is given."""
    own, of = named(name), of or key
    building = x509.CertificateBuilder().subject_name(own).issuer_name(own)
    building = building.public_key(of.public_key()).serial_number(x509.random_serial_number())
    building = building.not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    for extension in extensions:
        building = building.add_extension(extension, critical=True)
    return Party(own, key, building.sign(key, SHA256()))


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def crl(by: Party, *revoked: Party, begins: Any = -DAY, ends: Any = DAY, critical: Any = None):
    building = x509.CertificateRevocationListBuilder().issuer_name(by.name)
    building = building.last_update(NOW + begins).next_update(NOW + ends)
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.made.serial_number)
        building = building.add_revoked_certificate(entry.revocation_date(NOW - DAY).build())
    if critical is not None:
        building = building.add_extension(critical, critical=True)
    return building.sign(by.key, SHA256()).public_bytes(Encoding.PEM)


CA, OTHER, IMPOSTOR = party("CA", None, SIGNS_LISTS), party("Other"), party("CA")
CART, TAKEN_BACK, STRANGE = party("cart", CA), party("old cart", CA), party("cart", IMPOSTOR)
MAY_NOT = party("May not", None, SIGNS_NONE)
ITS = party("cart", MAY_NOT)
ENDED = party("Ended", ends=-DAY)
OF_ENDED = party("cart", ENDED)
DELTA = x509.DeltaCRLIndicator(1)
RENAMED = party("Renamed", key=CA.key)
OF_RENAMED = party("cart", RENAMED)
OTHER_KIND = party("CA", key=ec.generate_private_key(ec.SECP384R1()))
NO_AUTHORITY = plain("CA", CA.key)
KEY_FOR_NO_SIGNATURE = plain("CA", CA.key, x25519.X25519PrivateKey.generate(), SIGNING)


def der(list_: bytes) -> bytes:
    return x509.load_pem_x509_crl(list_).public_bytes(Encoding.DER)


def named_so(algorithm: bytes) -> bytes:
    return of_algorithm(der(crl(CA)), CA.key, algorithm)


@pytest.fixture
def source(tmp_path):
    def written(lists: bytes, *authorities: Party, stale: str = "refuse") -> Source:
        (tmp_path / "lists").write_bytes(lists)
        (tmp_path / "authorities").write_bytes(b"".join(one.pem for one in authorities or (CA,)))
        return Source(str(tmp_path / "lists"), str(tmp_path / "authorities"), stale)

    yield written
    _read.cache_clear()


def answer(certificate: Party, source: Source) -> object:
    try:
        return is_revoked(certificate.made, source, now=NOW)
    except StatusUnknown as unknown:
        return unknown.code


def test_what_its_authority_took_back_is_revoked_and_nothing_else(source):
    found = source(crl(CA, TAKEN_BACK))
    assert (answer(TAKEN_BACK, found), answer(CART, found)) == (True, False)
    assert trouble_with(found, now=NOW) == ""
    assert answer(TAKEN_BACK, Source("", "")) is False


@pytest.mark.parametrize(
    ("lists", "authorities", "certificate", "code"),
    [
        pytest.param(crl(IMPOSTOR), (CA,), CART, "list-not-genuine", id="another-key"),
        pytest.param(crl(OTHER), (CA,), CART, "list-not-genuine", id="another-authority"),
        pytest.param(crl(MAY_NOT), (MAY_NOT,), ITS, "list-not-genuine", id="may-not-sign"),
        pytest.param(crl(CART), (CA, CART), CART, "list-not-genuine", id="signed-by-a-cart"),
        pytest.param(crl(CA, critical=DELTA), (CA,), CART, "list-not-genuine", id="changes-only"),
        pytest.param(crl(OTHER), (CA, OTHER), CART, "list-missing", id="of-the-other-only"),
        pytest.param(crl(CA), (CA,), STRANGE, "issuer-unknown", id="name-without-key"),
        pytest.param(crl(ENDED), (ENDED,), OF_ENDED, "issuer-unknown", id="authority-ended"),
        pytest.param(crl(CA, ends=-DAY / 2), (CA,), CART, "list-stale", id="stale"),
        pytest.param(crl(CA, begins=DAY / 2), (CA,), CART, "list-not-yet-valid", id="early"),
        pytest.param(b"Smith", (CA,), CART, "list-unreadable", id="no-list"),
        pytest.param(crl(CA)[:200], (CA,), CART, "list-unreadable", id="half-a-list"),
        pytest.param(crl(CA), (RENAMED,), OF_RENAMED, "list-not-genuine", id="key-without-name"),
        pytest.param(crl(OTHER_KIND), (CA,), CART, "list-not-genuine", id="another-kind-of-key"),
        pytest.param(
            crl(IMPOSTOR), (KEY_FOR_NO_SIGNATURE, CA), CART, "list-not-genuine", id="unusable-key"
        ),
        pytest.param(crl(CA), (NO_AUTHORITY,), CART, "list-not-genuine", id="no-authority"),
        pytest.param(named_so(ECDSA_WITH_SHA1), (CA,), CART, "list-not-genuine", id="sha-1"),
        pytest.param(named_so(UNKNOWN), (CA,), CART, "list-not-genuine", id="unknown-algorithm"),
        pytest.param(
            without_end(der(crl(CA)), CA.key), (CA,), CART, "list-not-genuine", id="endless"
        ),
    ],
)
def test_a_list_that_may_not_be_believed_vouches_for_nobody(
    source, lists, authorities, certificate, code
):
    assert answer(certificate, source(lists, *authorities)) == code


@pytest.mark.parametrize("at", range(-120, -20, 13))
def test_one_altered_byte_is_noticed(source, at):
    der = bytearray(x509.load_pem_x509_crl(crl(CA, TAKEN_BACK)).public_bytes(Encoding.DER))
    der[at] ^= 1
    assert answer(CART, source(bytes(der))) in ("list-not-genuine", "list-unreadable")


def test_a_stale_list_is_used_on_where_the_operator_says_so_and_still_revokes(source):
    lists = crl(CA, TAKEN_BACK, ends=-DAY / 2)
    refusing = source(lists)
    assert (answer(TAKEN_BACK, refusing), answer(CART, refusing)) == (True, "list-stale")
    using = source(lists, stale="use")
    assert (answer(TAKEN_BACK, using), answer(CART, using)) == (True, False)
    assert trouble_with(using, now=NOW) == "list-stale"


def test_of_two_genuine_lists_the_newer_counts_and_a_forged_one_beside_it_is_told(source):
    older = crl(CA, CART, begins=-3 * DAY)
    assert answer(CART, source(crl(CA) + older)) is False
    beside = source(older + crl(IMPOSTOR))
    assert (answer(CART, beside), trouble_with(beside, now=NOW)) == (True, "list-not-genuine")


def test_another_authoritys_stale_list_does_not_hurt(source):
    both = source(crl(CA) + crl(OTHER, ends=-DAY / 2), CA, OTHER)
    assert (answer(CART, both), trouble_with(both, now=NOW)) == (False, "list-stale")


def test_a_file_that_was_replaced_counts_at_once(source):
    assert answer(CART, source(crl(CA))) is False
    assert answer(CART, source(crl(CA, CART))) is True
    found = source(crl(CA))
    assert answer(CART, Source(found.lists, "/nonexistent")) == "list-unreadable"


SIGNS = x509.BasicConstraints(ca=True, path_length=None)
REGION = party("Region", CA, SIGNS_LISTS, basic=SIGNS)
CLINIC = party("Clinic", REGION, SIGNS_LISTS, basic=SIGNS)
DEEP = party("cart", CLINIC)
RENEWED = party("Region", CA, SIGNS_LISTS, basic=SIGNS, key=REGION.key)
CHAIN = (CLINIC, REGION, CA)


@pytest.mark.parametrize("taken_back", [CLINIC, REGION])
def test_what_a_revoked_authority_issued_is_revoked_however_far_below(source, taken_back):
    lists = [crl(one, *(it for it in (taken_back,) if it.by is one)) for one in CHAIN]
    assert answer(DEEP, source(b"".join(lists), *CHAIN)) is True
    assert answer(CLINIC, source(b"".join(lists), *CHAIN)) is True
    assert answer(DEEP, source(b"".join(map(crl, CHAIN)), *CHAIN)) is False


@pytest.mark.parametrize("at", range(3))
def test_an_authority_that_says_nothing_of_those_below_vouches_for_none_of_them(source, at):
    told = source(b"".join(crl(one) for one in CHAIN if one is not CHAIN[at]), *CHAIN)
    assert (answer(DEEP, told), trouble_with(told, now=NOW)) == (
        "list-missing",
        "list-missing" if at else "",
    )
    old = [crl(one, ends=-DAY / 2 if one is CHAIN[at] else DAY) for one in CHAIN]
    assert answer(DEEP, source(b"".join(old), *CHAIN)) == "list-stale"


def test_an_authority_that_nobody_here_issued_is_trusted_because_it_is_named(source):
    assert answer(DEEP, source(crl(CLINIC), CLINIC)) is False
    assert trouble_with(source(crl(CLINIC), CLINIC), now=NOW) == ""


def test_of_two_certificates_of_an_authority_one_that_holds_is_enough(source):
    lists = b"".join((crl(CA, REGION), crl(REGION), crl(CLINIC)))
    assert answer(DEEP, source(lists, *CHAIN)) is True
    assert answer(DEEP, source(lists, *CHAIN, RENEWED)) is False
    both = b"".join((crl(CA, REGION, RENEWED), crl(REGION), crl(CLINIC)))
    assert answer(DEEP, source(both, *CHAIN, RENEWED)) is True


def test_authorities_that_issued_each_other_are_asked_once(source):
    crossed = party("CA", REGION, SIGNS_LISTS, basic=SIGNS, key=CA.key)
    lists = b"".join(map(crl, CHAIN))
    assert answer(DEEP, source(lists, CLINIC, REGION, crossed)) is False
