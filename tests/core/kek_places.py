"""A place of key-encryption keys of each kind, to be tested alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.core.blobs.keyring import Keyring
from apps.core.kek.engine import KeyEncryption
from apps.core.kek.file import FileKeys
from apps.core.kek.shared import SharedKeys
from apps.core.kek.transit import TransitKeys

TOKEN = "a token of the tests"
SERVER = Path(__file__).with_name("transit_server.py")


def file_keys(folder: Path) -> FileKeys:
    path = folder / "kek.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"organizations": {}}))
    return FileKeys(path)


def shared_keys() -> SharedKeys:
    return SharedKeys(Keyring("a", {"a": b"A" * 32}))


@contextmanager
def transit_server() -> Iterator[str]:
    """The address of a server of its own; it ends with the block."""
    command = [sys.executable, str(SERVER), TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1/transit"
        finally:
            server.terminate()


def token_file(folder: Path) -> Path:
    file = folder / "token"
    file.write_text(f"{TOKEN}\n")
    return file


@contextmanager
def place(kind: str, folder: Path) -> Iterator[KeyEncryption]:
    if kind == "transit":
        with transit_server() as url:
            yield TransitKeys(url, token_file(folder))
    else:
        yield shared_keys() if kind == "shared" else file_keys(folder)
