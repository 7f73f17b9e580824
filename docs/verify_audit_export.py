"""Verify an exported part of an audit trail, offline, without the platform and without its keys.

    python verify_audit_export.py EXPORT.zip [--key BASE64] [--former-key BASE64] [--anchors FOLDER]

Needs Python 3.10 and the package `cryptography`. `--key` is the public key as you were given it by
another way than the export; `--anchors` a folder of anchors read from the write-once storage
itself. Names the first fault and exits 1; exits 0 when everything verifies.
"""

import argparse
import base64
import hashlib
import json
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def require(holds, words):
    if not holds:
        raise ValueError(words)


def check_signature(key, signature, data, words):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(signature), data)
    except (InvalidSignature, ValueError):
        raise ValueError(words) from None


def read_manifest(export, key):
    data = export.read("manifest.json")
    manifest = json.loads(data)
    own = base64.b64decode(manifest["key"])
    require(key is None or key == own, "the export was signed by another key than the one given")
    check_signature(own, export.read("manifest.sig"), data, "manifest: the signature is not valid")
    return manifest, own


def check_lines(export, manifest):
    """Every line is the one whose hash was signed, in a gapless and linked sequence."""
    lines = export.read("events.jsonl").split(b"\n")
    require(lines.pop() == b"", "events: the last line is not complete")
    seq, previous = manifest["first"], manifest["previous"]
    for number, (line, signed) in enumerate(zip(lines, manifest["lines"], strict=False), 1):
        where = f"line {number} (event {seq})"
        require(sha256(line) == signed, f"{where}: is not the line that was signed")
        event = json.loads(line)
        require(event["seq"] == seq, f"{where}: has number {event['seq']}")
        require(event["previous"] == previous, f"{where}: does not follow the event before")
        seq, previous = seq + 1, event["mac"]
    there, signed = len(lines), len(manifest["lines"])
    where = f"line {min(there, signed) + 1}"
    require(there == signed, f"{where}: {there} lines are there, {signed} were signed")
    require(seq - 1 == manifest["last"], f"events: the last is {seq - 1}, not {manifest['last']}")
    require(previous == manifest["mac"], "events: the end is not the one that was signed")
    require(sha256(b"\n".join([*lines, b""])) == manifest["events_sha256"], "events: wrong hash")


def check_anchors(anchors, manifest, keys):
    """Every event that an anchor names has the hash it had on the anchor's day."""
    hashes = dict(enumerate(manifest["lines"], manifest["first"]))
    named, before = set(), None
    for name, data in anchors:
        anchor = json.loads(data)
        signature = anchor.pop("signature")
        where = f"anchor {name}"
        body = json.dumps(
            anchor, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        require(anchor["organization"] == manifest["organization"], f"{where}: is another's")
        require(anchor["key"] in keys, f"{where}: was signed by an unknown key")
        check_signature(keys[anchor["key"]], signature, body, f"{where}: not genuine")
        require(before is None or anchor["previous"] == before, f"{where}: does not follow")
        before = sha256(data)
        first = anchor["seq"] - anchor["count"] + 1
        for place in range(anchor["count"]):
            seq, leaf = first + place, anchor["leaves"][place * 32 : place * 32 + 32]
            if seq in hashes and seq not in named:
                require(hashes[seq][:32] == leaf, f"{where}: event {seq} was another then")
                named.add(seq)
    return len(named)


def read_anchors(export, folder):
    if folder:
        return [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    return [(n, export.read(n)) for n in sorted(export.namelist()) if n.startswith("anchors/")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=ZipFile)
    parser.add_argument("--key", type=base64.b64decode)
    parser.add_argument("--former-key", type=base64.b64decode, action="append", default=[])
    parser.add_argument("--anchors", type=Path)
    given = parser.parse_args()
    manifest, key = read_manifest(given.export, given.key)
    check_lines(given.export, manifest)
    keys = {sha256(each)[:16]: each for each in [key, *given.former_key]}
    anchored = check_anchors(read_anchors(given.export, given.anchors), manifest, keys)
    first, last, count = manifest["first"], manifest["last"], len(manifest["lines"])
    print(
        f"{manifest['name']}: events {first} to {last} verify; {anchored} of {count} are anchored."
    )
    print(f"Signed by key {base64.b64encode(key).decode()}: compare it with the one you know.")


if __name__ == "__main__":
    try:
        main()
    except (BadZipFile, KeyError, TypeError, ValueError, OSError) as fault:
        raise SystemExit(f"NOT VERIFIED: {fault}") from None
