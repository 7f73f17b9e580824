"""A Ceph object gateway of the test run's own, in one folder and in memory.

Run as a program it starts the daemons, says where they listen, and stops them as soon as no test
process holds the folder's `alive` lock any more, however that process ended.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from pathlib import Path

DAEMONS = ("ceph-mon", "ceph-osd", "ceph-mgr", "radosgw")
TOOLS = (*DAEMONS, "ceph", "ceph-authtool", "monmaptool", "radosgw-admin")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
START_S = 120
ATTEMPTS = 6

CONF = """
[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{mon}
mon initial members = a
auth cluster required = none
auth service required = none
auth client required = none
public network = 127.0.0.0/8
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind port min = {low}
ms bind port max = {high}
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
mon data avail crit = 0
mon max pg per osd = 1000
osd crush chooseleaf type = 0
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
log file = {folder}/log/$name.log
admin socket = {sockets}/$name.asok
pid file = {folder}/$name.pid
run dir = {folder}
crash dir = {folder}
keyring = {folder}/keyring
mon data = {folder}/mon
osd data = {folder}/osd
mgr data = {folder}/mgr
rgw data = {folder}/rgw
[osd.0]
osd objectstore = memstore
memstore device bytes = 268435456
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw dns name = localhost
rgw crypt require ssl = false
rgw crypt default encryption key = {key}
"""


def missing_tools() -> list[str]:
    return [name for name in TOOLS if shutil.which(name, path=PATH) is None]


def patiently(command: Sequence[str], environment: dict[str, str]) -> str:
    """What a tool prints. One that asks before it was told which cluster it is in is refused."""
    for attempt in range(ATTEMPTS):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=START_S, check=False
        )
        if done.returncode == 0:
            return done.stdout
        time.sleep(attempt)
    raise RuntimeError(f"{command[0]}: {done.stderr[-500:]}")


class Cluster:
    """Monitor, one storage daemon in memory, manager and gateway, all on the loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gateway = _free_port()
        self.monitor = _free_port()
        self.environment = {**os.environ, "PATH": PATH, "CEPH_CONF": str(folder / "ceph.conf")}
        self.running: list[subprocess.Popen[bytes]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.gateway}"

    @property
    def address(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "conf": self.environment["CEPH_CONF"]}

    def start(self) -> None:
        self._prepare()
        self._daemon("ceph-mon", "-i", "a")
        identity = str(uuid.uuid4())
        self._tool("ceph", "osd", "new", identity, "0")
        self._tool("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identity)
        self._daemon("ceph-osd", "-i", "0")
        self._tool("ceph", "osd", "crush", "add", "osd.0", "1", "root=default", "host=h")
        self._daemon("ceph-mgr", "-i", "a")
        self._daemon("radosgw", "-n", "client.rgw.a")
        self._wait()

    def stop(self) -> None:
        for process in reversed(self.running):
            process.kill()
        for process in self.running:
            process.wait()

    def _prepare(self) -> None:
        folder, fsid = self.folder, str(uuid.uuid4())
        for name in ("mon", "osd", "mgr", "log", "rgw"):
            (folder / name).mkdir(parents=True)
        low = 20000 + (os.getpid() * 64) % 12000
        key = base64.b64encode(os.urandom(32)).decode()
        # A socket's path has 107 characters at most.
        sockets = os.path.relpath(folder) if len(str(folder)) > 60 else str(folder)
        (folder / "ceph.conf").write_text(
            CONF.format(
                fsid=fsid,
                folder=folder,
                sockets=sockets,
                mon=self.monitor,
                gateway=self.gateway,
                key=key,
                low=low,
                high=low + 63,
            )
        )
        ring, anything = str(folder / "keyring"), ("--cap", "mon", "allow *")
        self._tool("ceph-authtool", "--create-keyring", ring, "--gen-key", "-n", "mon.", *anything)
        every = ("--cap", "osd", "allow *", "--cap", "mgr", "allow *")
        self._tool("ceph-authtool", "--gen-key", "-n", "client.admin", *anything, *every, ring)
        address = f"[v1:127.0.0.1:{self.monitor}]"
        plan = str(folder / "monmap")
        self._tool("monmaptool", "--create", "--addv", "a", address, "--fsid", fsid, plan)
        self._tool("ceph-mon", "--mkfs", "-i", "a", "--monmap", plan, "--keyring", ring)

    def _daemon(self, *command: str) -> None:
        with open(self.folder / "log" / f"{command[0]}.out", "ab") as out:
            self.running.append(
                subprocess.Popen(
                    [*command, "-f"], env=self.environment, stdout=out, stderr=out, cwd=self.folder
                )
            )

    def _start_again(self) -> None:
        """One that began before the monitor knew its cluster gives up at once."""
        for process in [one for one in self.running if one.poll() is not None]:
            self.running.remove(process)
            self._daemon(*process.args[:-1])  # type: ignore[index]

    def _tool(self, *command: str) -> None:
        patiently(command, self.environment)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.endpoint, timeout=2).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                self._start_again()
                time.sleep(0.5)
            else:
                return
        raise RuntimeError("the gateway does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(folder: Path, ready: int) -> None:
    """Until the last process that holds the `alive` lock has let it go."""
    cluster = Cluster(folder / uuid.uuid4().hex[:8])
    said = folder / "server.json"
    with open(folder / "alive") as alive:
        try:
            cluster.start()
            part = said.with_suffix(".part")
            part.write_text(json.dumps(cluster.address))
            part.rename(said)
            os.write(ready, b"1")
            os.close(ready)
            fcntl.flock(alive, fcntl.LOCK_EX)
        finally:
            said.unlink(missing_ok=True)
            cluster.stop()
            shutil.rmtree(cluster.folder, ignore_errors=True)


def detach(folder: Path) -> int:
    """Serve in a process that is nobody's child; returns once it is ready, or 1 if it failed."""
    ended, ready = os.pipe()
    if os.fork():
        os.close(ready)
        return 0 if os.read(ended, 1) else 1
    os.close(ended)
    serve(folder, ready)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(detach(Path(sys.argv[1])))
