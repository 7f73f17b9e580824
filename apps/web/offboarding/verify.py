"""Whether a folder is the whole export that was signed: every file, and no other."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from apps.audit.signing import public_key
from apps.core.errors import PermanentError
from apps.web.offboarding.export import FORM
from apps.web.offboarding.folder import (
    BEGUN,
    KEYS,
    LIST,
    MANIFEST,
    SIGNATURE,
    Counted,
    Listed,
    read,
)

EVERY = 1000

Progress = Callable[[str, int], None]


class NotVerified(PermanentError):
    """The text names the first fault."""


@dataclass(frozen=True, slots=True)
class Export:
    """A verified export."""

    root: Path
    manifest: dict[str, Any]

    @property
    def is_encrypted(self) -> bool:
        return self.manifest["recipient"] is not None

    def path(self, name: str) -> Path:
        return self.root / name

    def lines(self, name: str) -> Iterator[bytes]:
        with open(self.root / name, "rb") as file:
            yield from file

    def listed(self) -> Iterator[Listed]:
        for line in self.lines(LIST):
            yield _read(line)


def open_export(
    root: Path,
    keys: Iterable[bytes] = (),
    progress: Progress = lambda _what, _count: None,
) -> Export:
    """Signed by this installation's key, a former one or one of those given; every hash is right.

    Raises NotVerified, OSError.
    """
    try:
        export = Export(root, _manifest(root, {*own_keys(), *keys}))
        _check_list(export, progress)
    except FileNotFoundError as error:
        raise NotVerified(f"{Path(error.filename).name} is not there") from None
    except (KeyError, TypeError, ValueError):
        raise NotVerified("it is no export of this form") from None
    return export


def own_keys() -> set[bytes]:
    return {public_key(), *map(base64.b64decode, settings.AUDIT_PUBLIC_KEYS)}


def _manifest(root: Path, keys: set[bytes]) -> dict[str, Any]:
    data = (root / MANIFEST).read_bytes()
    manifest: dict[str, Any] = json.loads(data)
    key = base64.b64decode(manifest["key"])
    try:
        signature = base64.b64decode((root / SIGNATURE).read_bytes())
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise NotVerified(f"{MANIFEST} is not what was signed") from None
    if key not in keys:
        raise NotVerified("it was signed by a key that is not known here; name it by --key")
    if manifest["form"] != FORM:
        raise NotVerified(f"it has form {manifest['form']}; this version reads form {FORM}")
    return manifest | {"manifest_sha256": hashlib.sha256(data).hexdigest()}


def _check_list(export: Export, progress: Progress) -> None:
    lines, content = hashlib.sha256(), hashlib.sha256()
    for count, line in enumerate(export.lines(LIST), 1):
        listed = _read(line)
        lines.update(line)
        content.update(f"{listed.sha256}  {listed.path}\n".encode())
        _check_file(export.root, listed)
        if count % EVERY == 0:
            progress("files verified", count)
    manifest = export.manifest
    if lines.hexdigest() != manifest["files_sha256"]:
        raise NotVerified(f"{LIST} is not the list that was signed")
    if content.hexdigest() != manifest["content_sha256"]:
        raise NotVerified(f"{LIST} does not add up to the signed content")
    there = sum(1 for _ in _files(export.root))
    if there != manifest["files"]:
        raise NotVerified(f"{there} files are there, {manifest['files']} were signed")


def _read(line: bytes) -> Listed:
    return Listed(**json.loads(line))


def _check_file(root: Path, listed: Listed) -> None:
    counted = Counted(read(_inside(root, listed.stored_as)))
    for _ in counted:
        continue
    wanted = (listed.sealed_size or listed.size, listed.sealed_sha256 or listed.sha256)
    if (counted.size, counted.sha256) != wanted:
        raise NotVerified(f"{listed.stored_as} is not what was signed")


def _inside(root: Path, name: str) -> Path:
    path = root / name
    if ".." in Path(name).parts or path.is_symlink() or not path.is_file():
        raise NotVerified(f"{name} is not there")
    return path


def _files(root: Path) -> Iterator[Path]:
    """Those that are content: not the manifest and what goes with it, no unfinished ones."""
    apart = {root / name for name in (BEGUN, LIST, MANIFEST, SIGNATURE)}
    for path in root.rglob("*"):
        if path.is_file() and path not in apart and path.parent != root / KEYS:
            yield path
