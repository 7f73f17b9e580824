"""PostgreSQL refuses to run as root: who runs it then, and where that account can go."""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.console import FixableError

PROJECT = Path(__file__).resolve().parents[2]
SERVICE_NAMES = ("einthoven", "nobody")


@dataclass(frozen=True)
class Account:
    """The account that runs the server: the user's own, or for root a service account."""

    user: int | None = None
    group: int | None = None

    def options(self) -> dict[str, Any]:
        """What `subprocess` needs to run a command as this account."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def take(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def can_run(self, *command: str) -> bool:
        """Whether the command, begun in the root folder, succeeds as this account."""
        try:
            done = subprocess.run(
                command, cwd="/", capture_output=True, check=False, timeout=20, **self.options()
            )
        except OSError:
            return False
        return done.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        return self.user is None or self.can_run("/bin/sh", "-c", 'cd "$0"', str(folder))


def service_account() -> Account:
    """The user's own account; for root `einthoven` where it exists, else `nobody`."""
    if os.geteuid() != 0:
        return Account()
    for name in SERVICE_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise FixableError(
        "PostgreSQL does not run as root: make a user for it with `useradd einthoven`."
    )


def refuge() -> Path:
    """This copy of the project's folder for what the service account cannot reach inside it."""
    digest = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    return Path("/var/lib") / f"einthoven-{digest}"
