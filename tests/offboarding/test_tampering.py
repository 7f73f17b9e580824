"""Whatever is changed in an export is noticed: here, and by the script that knows no secret."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from apps.audit.signing import public_key
from apps.tenants.lookups import organization_by_slug
from tests.database import committed
from tests.offboarding.hospital import run

pytestmark = committed

DOCS = Path(__file__).resolve().parents[2] / "docs"


def script(name, *arguments):
    """In a process of its own, with no environment of the platform."""
    done = subprocess.run(
        [sys.executable, "-I", str(DOCS / name), *map(str, arguments)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def a_blob(folder):
    return next(iter(sorted((folder / "blobs/pdf").iterdir())))


def edit(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def add_a_listed_file(folder):
    (folder / "tables/more.jsonl").write_bytes(b"{}\n")
    with open(folder / "files.jsonl", "ab") as listing:
        listing.write(b'{"path":"tables/more.jsonl","sha256":"","size":3}\n')


def sign_by_another(folder):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["key"] = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    data = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(data)
    (folder / "manifest.sig").write_bytes(base64.b64encode(key.sign(data)))


KINDS = {
    "a row": lambda f: edit(f / "tables/ecg_patient.jsonl", b"1961-04-09", b"1962-04-09"),
    "a stored file": lambda f: a_blob(f).write_bytes(b"another"),
    "a stored file gone": lambda f: a_blob(f).unlink(),
    "a person": lambda f: edit(f / "people.jsonl", b"Dr Person", b"Mr Person"),
    "the trail": lambda f: edit(f / "trail/000000000001.zip", b"PK", b"PX"),
    "one more file": lambda f: (f / "blobs/pdf/0").write_bytes(b"more"),
    "one more listed": add_a_listed_file,
    "the list": lambda f: edit(f / "files.jsonl", b'"size":', b'"size": '),
    "the manifest": lambda f: edit(f / "manifest.json", b'"files":', b'"files": '),
    "no signature": lambda f: (f / "manifest.sig").unlink(),
    "another key": sign_by_another,
}


def test_every_change_is_noticed_and_nothing_is_made_of_it(folder, tmp_path):
    key = base64.b64encode(public_key()).decode()
    assert script("verify_organization_export.py", folder, "--key", key)[0] == 0
    for kind, change in KINDS.items():
        changed = shutil.copytree(folder, tmp_path / kind)
        change(changed)
        code, said = script("verify_organization_export.py", changed, "--key", key)
        assert (code, said.startswith("NOT VERIFIED: ")) == (1, True), kind
        code, said = run("import_organization", changed, "--slug", "again")
        assert (code, said.startswith("Not imported: ")) == (1, True), kind
    assert organization_by_slug("again") is None


def test_the_trail_in_it_verifies_by_its_own_script(folder):
    code, said = script("verify_audit_export.py", folder / "trail/000000000001.zip")
    assert (code, said.startswith("Leaving: events 1 to ")) == (0, True)


def test_an_export_of_another_installation_needs_its_key_by_name(folder, settings):
    key = base64.b64encode(public_key()).decode()
    settings.EXPORT_SIGNING_KEY = base64.b64encode(b"k" * 32).decode()
    code, said = run("import_organization", folder, "--slug", "again")
    assert (code, "a key that is not known here" in said) == (1, True)
    assert run("import_organization", folder, "--slug", "again", "--key", key)[0] == 0
