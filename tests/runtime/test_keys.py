"""Keys are made once, for their owner's eyes only."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from deploy.embedded.keys import key_environment, read_or_make_passwords


def test_keys_are_made_once(tmp_path: Path) -> None:
    first = {name: Path(file).read_text() for name, file in key_environment(tmp_path).items()}
    second = {name: Path(file).read_text() for name, file in key_environment(tmp_path).items()}
    assert first == second


def test_key_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    files = [Path(file) for file in key_environment(folder).values()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_keys_have_the_length_that_the_ciphers_want(tmp_path: Path) -> None:
    files = key_environment(tmp_path)
    audit = Path(files["EINTHOVEN_AUDIT_KEY_FILE"]).read_text()
    assert len(base64.b64decode(audit)) == 32
    assert len(Path(files["EINTHOVEN_SECRET_KEY_FILE"]).read_text()) == 64


def test_key_encryption_keys_are_added_with_the_organizations(tmp_path: Path) -> None:
    file = Path(key_environment(tmp_path)["EINTHOVEN_KEK_FILE"])
    assert json.loads(file.read_text()) == {"organizations": {}}


def test_a_new_name_gets_a_password_and_the_others_keep_theirs(tmp_path: Path) -> None:
    first = read_or_make_passwords(tmp_path / "p", ["a"])
    second = read_or_make_passwords(tmp_path / "p", ["a", "b"])
    assert second["a"] == first["a"]
    assert second["b"] not in ("", first["a"])
