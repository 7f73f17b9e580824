"""What is encrypted to a customer's key opens with that key only, anywhere."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa, x25519

from apps.core.blobs.sealing import sealed_size
from apps.web.offboarding.folder import opened_size
from tests.database import committed
from tests.offboarding.hospital import FAMILY_NAME, bytes_of, exported, manifest_of, run
from tests.offboarding.test_tampering import script

SEGMENT = 1 << 20


def pem_of(key, folder, name="key"):
    """The two halves as files."""
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (folder / f"{name}.pem").write_bytes(private)
    (folder / f"{name}.pub.pem").write_bytes(public)
    return folder / f"{name}.pem", folder / f"{name}.pub.pem"


@committed
def test_opened_by_its_owner_it_is_the_export_in_the_open(hospital, tmp_path):
    plain = manifest_of(exported(tmp_path / "plain"))
    for number, key in enumerate((rsa.generate_private_key(65537, 3072),
                                  x25519.X25519PrivateKey.generate())):  # fmt: skip
        private, public = pem_of(key, tmp_path, f"key{number}")
        sealed = exported(tmp_path / f"sealed{number}", "leaving", "--recipient", public)
        assert not any(FAMILY_NAME.encode() in data for data in bytes_of(sealed).values())
        assert script("verify_organization_export.py", sealed)[0] == 0
        opened = tmp_path / f"opened{number}"
        code, said = script("open_organization_export.py", sealed, opened, "--key", private)
        assert code == 0, said
        assert script("verify_organization_export.py", opened)[0] == 0
        assert (opened / "tables/ecg_patient.jsonl").read_text().count(FAMILY_NAME) == 1
        assert manifest_of(opened)["blobs"] == plain["blobs"]


@committed
def test_again_it_keeps_what_is_there_and_another_key_opens_nothing(hospital, tmp_path):
    private, public = pem_of(x25519.X25519PrivateKey.generate(), tmp_path)
    other, other_public = pem_of(x25519.X25519PrivateKey.generate(), tmp_path, "other")
    sealed = exported(tmp_path / "sealed", "leaving", "--recipient", public)
    before = bytes_of(sealed / "blobs")
    exported(sealed, "leaving", "--recipient", public)
    assert bytes_of(sealed / "blobs") == before
    code, said = run("export_organization", "leaving", sealed, "--recipient", other_public)
    assert (code, "begun for another recipient" in said) == (1, True)
    assert script("open_organization_export.py", sealed, tmp_path / "a", "--key", private)[0] == 0
    code, said = script("open_organization_export.py", sealed, tmp_path / "b", "--key", other)
    assert (code, said.startswith("NOT OPENED") or "InvalidTag" in said) == (1, True)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (rsa.generate_private_key(65537, 2048), "an RSA key of 2048 bits"),
        (ed25519.Ed25519PrivateKey.generate(), "neither an RSA nor an X25519 key"),
    ],
    ids=["short", "signing"],
)
@committed
def test_a_key_that_cannot_protect_it_is_refused(key, why, mercy, tmp_path):
    _, public = pem_of(key, tmp_path)
    folder = tmp_path / "out"
    code, said = run("export_organization", "mercy", folder, "--recipient", public)
    assert (code, why in said, folder.exists()) == (1, True, False)


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 5 * SEGMENT])
def test_the_plain_length_follows_from_the_sealed_one(size):
    assert opened_size(sealed_size(size)) == size
