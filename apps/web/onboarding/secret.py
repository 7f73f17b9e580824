"""Secrets are never in a file: it names where they are, as the settings do."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import yaml
from django.conf import settings

from apps.core.blobs.sealing import Unsealable
from apps.core.errors import RetryableError
from apps.web.onboarding.fields import Field, Fields, refuse, text

NAME = text(100, r"[A-Za-z0-9][A-Za-z0-9._-]*", "the name of a file, without a folder")
# Nothing else of the environment can be asked for.
VARIABLE = text(
    100, r"ONBOARD_[A-Z0-9_]+", "the name of an environment variable that begins with ONBOARD_"
)
LONGEST = 8192


@dataclass(frozen=True, slots=True)
class Secret:
    """Compared, sealed, and never shown."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "(not shown)"


def secret_fields(name: str, *, lines: bool = False) -> dict[str, Field]:
    """`name_file` and `name_env`, of which one may be given; of one line unless `lines`."""
    return {
        f"{name}_file": Field(partial(_in_file, lines=lines)),
        f"{name}_env": Field(partial(_in_environment, lines=lines)),
    }


def take_secret(given: Fields, name: str, node: yaml.Node, path: str) -> Fields:
    """The fields with one of `name` in place of the two; none where none is given."""
    found = [given.pop(f"{name}_{where}") for where in ("file", "env")]
    if all(found):
        raise refuse(node, path, f"names both {name}_file and {name}_env: leave one")
    secret = found[0] or found[1]
    return given | ({name: secret} if secret else {})


def kept(read: Callable[[], str]) -> Secret | None:
    """What is kept; None also where it cannot be opened, so that a given one replaces it."""
    try:
        held = read()
    except (Unsealable, RetryableError):
        return None
    return Secret(held) if held else None


def _in_file(node: yaml.Node, path: str, *, lines: bool) -> Secret:
    name = NAME(node, path)
    file = Path(settings.ONBOARDING_SECRETS) / name
    try:
        if file.stat().st_mode & stat.S_IROTH:
            raise refuse(node, path, f"{file} may be read by everyone on the machine: chmod o-r")
        held = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise refuse(node, path, f"{file} cannot be read; put the secret there") from None
    return _of(held, node, path, lines)


def _in_environment(node: yaml.Node, path: str, *, lines: bool) -> Secret:
    name = VARIABLE(node, path)
    return _of(os.environ.get(name, "").strip(), node, path, lines)


def _of(held: str, node: yaml.Node, path: str, lines: bool) -> Secret:
    if not held or len(held) > LONGEST or ("\n" in held and not lines):
        wanted = "is too long" if lines else "is not one line"
        raise refuse(node, path, f"names a secret that is not there, or {wanted}")
    return Secret(held)
