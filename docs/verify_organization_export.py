"""Verify an organization's export, offline, without the platform and without its keys.

    python verify_organization_export.py FOLDER [--key BASE64]

Needs Python 3.10 and the package `cryptography`. `--key` is the public key as you were given it by
another way than the export. An encrypted export verifies as it lies, and again once it was opened.
The parts of the audit trail are verified further by `verify_audit_export.py`. Names the first fault
and exits 1; exits 0 when every file is the one that was signed.
"""

import argparse
import base64
import hashlib
import json
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

APART = {"begun.json", "files.jsonl", "manifest.json", "manifest.sig"}


def require(holds, words):
    if not holds:
        raise ValueError(words)


def read_manifest(folder, key):
    data = (folder / "manifest.json").read_bytes()
    manifest = json.loads(data)
    own = base64.b64decode(manifest["key"])
    require(key is None or key == own, "the export was signed by another key than the one given")
    signature = base64.b64decode((folder / "manifest.sig").read_bytes())
    try:
        Ed25519PublicKey.from_public_bytes(own).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise ValueError("manifest.json: the signature is not valid") from None
    return manifest


def hash_of(path):
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def check_file(folder, listed):
    """Opened where that is there, else as it was encrypted."""
    name, wanted = listed["path"], (listed["size"], listed["sha256"])
    if not (folder / name).is_file() and "sealed_sha256" in listed:
        name, wanted = f"{name}.sealed", (listed["sealed_size"], listed["sealed_sha256"])
    path = folder / name
    require(".." not in Path(name).parts and path.is_file(), f"{name}: is not there")
    require(hash_of(path) == wanted, f"{name}: is not what was signed")


def check_files(folder, manifest):
    count, lines, content = 0, hashlib.sha256(), hashlib.sha256()
    with open(folder / "files.jsonl", "rb") as listing:
        for line in listing:
            listed = json.loads(line)
            lines.update(line)
            content.update(f"{listed['sha256']}  {listed['path']}\n".encode())
            check_file(folder, listed)
            count += 1
    require(lines.hexdigest() == manifest["files_sha256"], "files.jsonl: is not the signed list")
    require(content.hexdigest() == manifest["content_sha256"], "files.jsonl: wrong content hash")
    there = sum(1 for path in folder.rglob("*") if is_content(folder, path))
    words = f"{there} files are there, {manifest['files']} were signed"
    require(count == there == manifest["files"], words)


def is_content(folder, path):
    apart = path.parent == folder / "keys" or (path.parent == folder and path.name in APART)
    return path.is_file() and not apart


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", type=base64.b64decode)
    given = parser.parse_args()
    manifest = read_manifest(given.folder, given.key)
    check_files(given.folder, manifest)
    print(
        f"{manifest['name']}: {manifest['files']} files verify, up to event"
        f" {manifest['last_event']} of {manifest['as_of']}."
    )
    print(f"Content {manifest['content_sha256']}")
    print(f"Signed by key {manifest['key']}: compare it with the one you know.")


if __name__ == "__main__":
    try:
        main()
    except (KeyError, TypeError, ValueError, OSError) as fault:
        raise SystemExit(f"NOT VERIFIED: {fault}") from None
