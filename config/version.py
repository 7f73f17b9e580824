"""Which software runs: written on every event of the audit trail."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

LONGEST = 64


def software_version(root: Path) -> str:
    """The package's version; in a checkout with its commit, “+changed” where files differ."""
    packaged = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    version = str(packaged["project"]["version"])
    commit = _commit(root) if (root / ".git").exists() else ""
    return (f"{version}+{commit}" if commit else version)[:LONGEST]


def _commit(root: Path) -> str:
    """Empty where git is missing or will not read the checkout."""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty=.changed", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=10)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode().strip() if done.returncode == 0 else ""
