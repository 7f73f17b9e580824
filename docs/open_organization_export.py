"""Open an organization's export that was encrypted to your key.

    python open_organization_export.py FOLDER OUT --key PRIVATE_KEY.pem

Needs Python 3.10 and the package `cryptography`; asks for the passphrase where the key has one. OUT
is then the plain export: verify it with `verify_organization_export.py`. Names the first file that
is not genuine and exits 1.
"""

import argparse
import base64
import getpass
import hashlib
import json
import os
import struct
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SEGMENT, TAG = 1 << 20, 16
HEADER = struct.Struct(">4sB16s16s")  # ECGB, version, name of the data key, id of the file
PLACE = struct.Struct(">7xI?")  # number of the segment, whether it is the last
IN_THE_OPEN = ("files.jsonl", "manifest.json", "manifest.sig")


def data_key(private, wrapped):
    data = base64.b64decode(wrapped["wrapped"])
    if wrapped["method"] == "RSA-OAEP-SHA256":
        oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
        return private.decrypt(data, oaep)
    ephemeral = base64.b64decode(wrapped["ephemeral"])
    shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    salt = ephemeral + private.public_key().public_bytes_raw()
    info = b"einthoven export key 1"
    agreed = HKDF(SHA256(), 32, salt=salt, info=info).derive(shared)
    return AESGCM(agreed).decrypt(bytes(12), data, info)


def data_keys(folder, private):
    found = [json.loads(path.read_bytes()) for path in sorted((folder / "keys").glob("*.json"))]
    return {wrapped["key"]: data_key(private, wrapped) for wrapped in found}


def opened(file, keys):
    """The plain segments, each proven to be in its place in its file."""
    header = file.read(HEADER.size)
    _, _, name, blob = HEADER.unpack(header)
    key = HKDF(SHA256(), 32, salt=blob, info=b"einthoven blob 1").derive(
        keys[name.rstrip(b"\0").decode()]
    )
    cipher, bound = AESGCM(key), header + struct.pack(">q", 0)
    number, segment = 0, file.read(SEGMENT + TAG)
    while True:
        following = file.read(SEGMENT + TAG)
        place = PLACE.pack(number, not following)
        yield cipher.decrypt(place, segment, bound + place)
        if not following:
            return
        number, segment = number + 1, following


def open_file(folder, out, listed, keys):
    if Path(listed["path"]).is_absolute() or ".." in Path(listed["path"]).parts:
        raise ValueError("files.jsonl: a path leads out of the folder")
    target = out / listed["path"]
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(folder / f"{listed['path']}.sealed", "rb") as sealed, open(target, "wb") as plain:
        try:
            for chunk in opened(sealed, keys):
                digest.update(chunk)
                plain.write(chunk)
        except (InvalidTag, KeyError, struct.error):
            raise ValueError(f"{listed['path']}: is not genuine, or for another key") from None
    if digest.hexdigest() != listed["sha256"]:
        raise ValueError(f"{listed['path']}: is not what was listed")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--key", type=Path, required=True)
    given = parser.parse_args()
    pem, phrase = given.key.read_bytes(), None
    if b"ENCRYPTED" in pem:
        phrase = getpass.getpass("Passphrase of the key: ").encode()
    keys = data_keys(given.folder, load_pem_private_key(pem, phrase))
    os.umask(0o077)
    given.out.mkdir(mode=0o700, parents=True)
    count = 0
    with open(given.folder / "files.jsonl", "rb") as listing:
        for count, line in enumerate(listing, 1):  # noqa: B007 - counted for the last line
            open_file(given.folder, given.out, json.loads(line), keys)
    for name in IN_THE_OPEN:
        (given.out / name).write_bytes((given.folder / name).read_bytes())
    print(f"{count} files opened in {given.out}: patient data in the open.")


if __name__ == "__main__":
    try:
        main()
    except (KeyError, TypeError, ValueError, OSError) as fault:
        raise SystemExit(f"NOT OPENED: {fault}") from None
