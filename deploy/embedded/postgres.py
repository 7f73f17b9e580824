"""One PostgreSQL cluster in a folder: made, started, shared by several processes, stopped."""

from __future__ import annotations

import fcntl
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from deploy.embedded import procfs, roles
from deploy.embedded.accounts import Account, refuge, service_account
from deploy.embedded.binaries import Binaries, find_binaries, make_open
from deploy.embedded.console import NO_SPACE, FixableError, say
from deploy.embedded.keys import read_or_make_passwords, write_private
from deploy.embedded.ports import LOOPBACK, remembered_port

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Of tables that were never analyzed the planner takes one index for as good as another, and an
    # empty platform may be filled within a minute.
    "autovacuum_naptime": "10s",
    # Error texts and statements carry patients' data (a failed cast prints the value): the server
    # tells them to its client only, and logs what concerns itself.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
START_PATIENCE_S = 20.0
# A killed server refuses connections a moment before its process is gone.
DYING_PATIENCE_S = 5.0
LOG_LIMIT_BYTES = 5_000_000
# A killed server may stay a zombie for seconds, and its last sessions hold the memory a moment.
# A port can be taken between the look and the start.
PASSING = ("postmaster.pid", "shared memory block", "Address already in use")


class Cluster:
    """The cluster kept in `home`; `throwaway` trades safety for speed and is for tests only."""

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        self.throwaway = throwaway
        self.account = service_account()
        self.home = reachable_home(home.absolute(), self.account)
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.port = 0

    @cached_property
    def binaries(self) -> Binaries:
        return find_binaries(self.account)

    @cached_property
    def passwords(self) -> dict[str, str]:
        return read_or_make_passwords(self.home / "passwords.json", roles.WITH_PASSWORD)

    def urls(self) -> dict[str, str]:
        """The environment by which Django finds the cluster, one name for each role."""
        return roles.urls(self.port, self.passwords)

    def superuser_url(self) -> dict[str, str]:
        """For tests on a cluster of their own; the product never has it."""
        return {"DATABASE_SUPERUSER_URL": roles.url(roles.SUPERUSER, self.port, self.passwords)}

    def start(self) -> bool:
        """Make it answer on `port` with its roles and database; False if it ran already."""
        with locked(self.home / "start.lock"):
            self._refuse_other_major()
            if self.is_running() and self._answers():
                return False
            self._make_data()
            self._launch()
            if not self._answers():
                raise FixableError(f"PostgreSQL in {self.data} ended again; its log is {self.log}.")
        return True

    def _answers(self) -> bool:
        """False when the server turns out to be dying."""
        deadline = time.monotonic() + DYING_PATIENCE_S
        while self.is_running():
            try:
                self.port = self._wait_until_ready()
                roles.ensure(self.binaries, self.port, self.passwords)
            except FixableError:
                if self.is_running() and time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return True
        return False

    def stop(self) -> None:
        """Returns when no server works in the folder any more."""
        with locked(self.home / "start.lock"):
            for mode, seconds in (("fast", 15), ("immediate", 10)):
                if not self.is_running():
                    return
                self._pg_ctl("-m", mode, "-t", str(seconds), "-w", "stop")
            if self.is_running():
                raise FixableError(
                    f"PostgreSQL in {self.data} does not stop; its log is {self.log}."
                )

    @contextmanager
    def running(self) -> Iterator[Cluster]:
        """Started for the block; of the processes that use it the last one stops it."""
        with locked(self.home / "users.lock", shared=True) as users:
            try:
                self.start()
                yield self
            finally:
                if is_last(users):
                    self.stop()

    def remove(self) -> None:
        """Stop it and delete everything it kept."""
        self.stop()
        shutil.rmtree(self.home)

    def _refuse_other_major(self) -> None:
        kept = self.data / "PG_VERSION"
        if kept.exists() and kept.read_text().strip() != str(self.binaries.major):
            raise FixableError(
                f"{self.data} was made by PostgreSQL {kept.read_text().strip()}, but "
                f"{self.binaries.folder} holds PostgreSQL {self.binaries.version}: name the older "
                "programs with EINTHOVEN_PG_BIN, or move the folder away to begin an empty one."
            )

    def _make_data(self) -> None:
        """A data folder appears whole or not at all."""
        if self.data.exists():
            return
        half = self.home / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        password = self.home / "initial.password"
        write_private(password, self.passwords["postgres"])
        for path in (half, password):
            self.account.take(path)
        try:
            self._initdb(half, password)
        finally:
            password.unlink()
        half.rename(self.data)

    def _initdb(self, folder: Path, password: Path) -> None:
        command = [self.binaries.tool("initdb"), "-D", str(folder), f"--pwfile={password}"]
        command += ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "-k"]
        command += ["--locale=C.UTF-8", *(["-N"] if self.throwaway else [])]
        done = self._run(*command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise failure("could not make its data folder", done.stderr)

    def _launch(self) -> None:
        self._prepare_log()
        deadline = time.monotonic() + START_PATIENCE_S
        while True:
            told = self.log.stat().st_size
            port = remembered_port(self.home / "port")
            if self._pg_ctl(
                "-l", str(self.log), "-o", self._options(port), "-t", "60", "-w", "start"
            ):
                return
            words = self.log.read_bytes()[told:].decode(errors="replace")
            if not any(sign in words for sign in PASSING) or time.monotonic() > deadline:
                raise failure("did not start", words)
            self._drop_stale_pid()
            time.sleep(0.3)

    def _prepare_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.rename(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        self.account.take(self.log)

    def _options(self, port: int) -> str:
        settings = SETTINGS | (THROWAWAY_SETTINGS if self.throwaway else {}) | {"port": str(port)}
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())

    def _drop_stale_pid(self) -> None:
        """A pid that now belongs to another program keeps the server from starting."""
        process = procfs.describe(self._pid())
        stranger = process is not None and process.state not in "ZX" and process.name != "postgres"
        if stranger and not procfs.works_in(self.data):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _pid(self) -> int:
        lines = self._pid_lines()
        return int(lines[0]) if lines else 0

    def is_running(self) -> bool:
        process = procfs.describe(self._pid())
        return process is not None and process.state not in "ZX" and process.name == "postgres"

    def _wait_until_ready(self) -> int:
        """The port, once connections are taken."""
        deadline = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < deadline and self.is_running():
            lines = self._pid_lines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return int(lines[3])
            time.sleep(0.05)
        raise FixableError(
            f"PostgreSQL in {self.data} takes no connections; its log is {self.log}."
        )

    def _pg_ctl(self, *arguments: str) -> bool:
        command = (self.binaries.tool("pg_ctl"), "-D", str(self.data), *arguments)
        return (
            self._run(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            == 0
        )

    def _run(self, *command: str, **streams: Any) -> subprocess.CompletedProcess[str]:
        """As the server's account, with nothing of this process's environment."""
        return subprocess.run(
            command,
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            **streams,
            **self.account.options(),
        )


def reachable_home(wanted: Path, account: Account) -> Path:
    """The folder itself, or one in the refuge where the server's account cannot enter it."""
    make_open(wanted)
    note = wanted / "kept-elsewhere"
    if note.exists():
        home = Path(note.read_text().strip())
        if home.parent == refuge() and home.exists():
            return home
    if account.can_enter(wanted):
        return wanted
    if (wanted / "data").exists():
        raise FixableError(
            f"The database in {wanted} cannot be reached by the account that runs it any more: "
            "let others pass through the folders above it (chmod o+x), or move it away."
        )
    make_open(refuge())
    home = Path(tempfile.mkdtemp(prefix="postgres-", dir=refuge()))
    make_open(home)
    note.write_text(f"{home}\n")
    say(f"The account that runs PostgreSQL cannot enter {wanted}: its data are kept in {home}.")
    return home


@contextmanager
def locked(file: Path, *, shared: bool = False) -> Iterator[TextIO]:
    """The lock goes with the process, however that ends."""
    with open(file, "a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield handle


def is_last(users: TextIO) -> bool:
    """Whether nobody else holds the shared lock; newcomers then wait until it is let go."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def failure(what: str, words: str) -> FixableError:
    if "No space left on device" in words:
        return FixableError(NO_SPACE)
    return FixableError(f"PostgreSQL {what}:\n{words.strip()}")
