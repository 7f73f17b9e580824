"""Secrets made at the first start and kept in files that only their owner can read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Written whole or not at all, readable by its owner only."""
    half = file.with_name(f"{file.name}.{os.getpid()}.half")
    with open(half, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    half.replace(file)


def read_or_make_passwords(file: Path, names: Iterable[str]) -> dict[str, str]:
    """One password for each name; those that the file already holds stay."""
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = {name: secrets.token_urlsafe(24) for name in names if name not in kept}
    if missing:
        write_private(file, json.dumps(kept | missing, indent=1))
    return kept | missing


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def no_keys() -> str:
    """Each organization's key-encryption key is added when the organization is made."""
    return json.dumps({"organizations": {}})


KEY_FILES: dict[str, tuple[str, Callable[[], str]]] = {
    "EINTHOVEN_SECRET_KEY_FILE": ("secret-key", lambda: secrets.token_urlsafe(48)),
    "EINTHOVEN_KEK_FILE": ("kek.json", no_keys),
    "EINTHOVEN_AUDIT_KEY_FILE": ("audit-key", new_key),
    "EINTHOVEN_EXPORT_SIGNING_KEY_FILE": ("export-signing-key", new_key),
}


def key_environment(folder: Path) -> dict[str, str]:
    """The names by which the settings find the keys; missing ones are made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {}
    for name, (file_name, make) in KEY_FILES.items():
        file = folder / file_name
        if not file.exists():
            write_private(file, make())
        environment[name] = str(file)
    return environment
