"""The roles and the database of `deploy/roles.sql`, and their addresses."""

from __future__ import annotations

import subprocess

from deploy.embedded.accounts import PROJECT
from deploy.embedded.binaries import Binaries
from deploy.embedded.console import FixableError
from deploy.embedded.ports import LOOPBACK

DATABASE = "einthoven"
SUPERUSER = "postgres"
LOGINS = ("ecg_owner", "ecg_app", "ecg_dispatch", "ecg_platform", "ecg_backup")
WITH_PASSWORD = (SUPERUSER, *LOGINS)
URL_NAMES = {
    "DATABASE_URL": "ecg_app",
    "DATABASE_OWNER_URL": "ecg_owner",
    "DATABASE_DISPATCH_URL": "ecg_dispatch",
    "DATABASE_PLATFORM_URL": "ecg_platform",
}


def ensure(binaries: Binaries, port: int, passwords: dict[str, str]) -> None:
    """Make what is missing of the roles and the database, and put right what differs."""
    command = [binaries.tool("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    command += ["-v", f"database={DATABASE}", "-f", str(PROJECT / "deploy/roles.sql")]
    server = {
        "PGHOST": LOOPBACK,
        "PGPORT": str(port),
        "PGUSER": SUPERUSER,
        "PGDATABASE": "postgres",
    }
    secret = {"PGPASSWORD": passwords[SUPERUSER]}
    secret |= {f"{role.upper()}_PASSWORD": passwords[role] for role in LOGINS}
    options = {"PGOPTIONS": "-c client_min_messages=warning", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command,
        env=server | secret | options,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise FixableError(f"The database's roles could not be made:\n{done.stderr.strip()}")


def urls(port: int, passwords: dict[str, str]) -> dict[str, str]:
    return {name: url(role, port, passwords) for name, role in URL_NAMES.items()}


def url(role: str, port: int, passwords: dict[str, str]) -> str:
    return f"postgresql://{role}:{passwords[role]}@{LOOPBACK}:{port}/{DATABASE}"
