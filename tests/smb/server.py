"""Debian's Samba as a file server of the tests, started by them on a port of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
START_S = 20
SHARE, PASSWORD = "carts", "open sesame"
UNTOLD = "untold"  # the same, of a server that tells of no change
CONFIG = """
[global]
server role = standalone server
interfaces = 127.0.0.1/8
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
server min protocol = SMB3_00
server signing = mandatory
server smb encrypt = {encrypt}
private dir = {folder}/private
lock directory = {folder}/lock
state directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
passdb backend = tdbsam:{folder}/private/passdb.tdb
log file = {folder}/log.smbd
load printers = no
printing = bsd
printcap name = /dev/null
[carts]
path = {folder}/share
read only = no
valid users = {user}
case sensitive = yes
[untold]
path = {folder}/share
read only = no
valid users = {user}
change notify = no
"""


def missing_tools() -> list[str]:
    return [name for name in ("smbd", "smbpasswd") if not shutil.which(name, path=PATH)]


class Samba:
    def __init__(self, folder: Path, *, encrypt: str = "required") -> None:
        self.folder, self.encrypt = folder, encrypt
        self.share = folder / "share"
        self.port = _free_port()
        # Samba wants an account of the machine for each of its users.
        self.user = getpass.getuser()
        self.running: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        for name in ("share", "private", "lock", "state", "cache", "run/ncalrpc"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        wanted = CONFIG.format(
            folder=self.folder, port=self.port, user=self.user, encrypt=self.encrypt
        )
        (self.folder / "smb.conf").write_text(wanted)
        self._tool("smbpasswd", "-c", self._config, "-s", "-a", self.user)

    def start(self) -> None:
        command = ["smbd", "-s", self._config, "-F", "--no-process-group"]
        log = (self.folder / "smbd.out").open("ab")
        self.running = subprocess.Popen(
            command, env={**os.environ, "PATH": PATH}, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()
        self._wait()

    def stop(self) -> None:
        """With every connection, as when a server is switched off."""
        if self.running is not None:
            os.killpg(self.running.pid, 9)
            self.running.wait(timeout=START_S)
            self.running = None

    def _tool(self, *command: str) -> None:
        subprocess.run(
            command, input=f"{PASSWORD}\n{PASSWORD}\n", text=True, check=True, timeout=START_S,
            env={**os.environ, "PATH": PATH}, capture_output=True,
        )  # fmt: skip

    @property
    def _config(self) -> str:
        return str(self.folder / "smb.conf")

    def _wait(self) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self.folder / "smbd.out").read_text()[-500:])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
