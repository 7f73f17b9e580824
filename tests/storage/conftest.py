"""A real object gateway for all processes of a run, and a user with a bucket for each who asks."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from apps.core.blobs.folder import FolderEngine
from apps.core.blobs.s3 import Bucket, S3Engine
from tests.storage.ceph_server import PATH, START_S, missing_tools, patiently

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Ceph:
    endpoint: str
    conf: str
    buckets: list[Bucket] = field(default_factory=list)

    def admin(self, *command: str) -> str:
        """With the rights of who runs the gateway."""
        environment = {**os.environ, "PATH": PATH, "CEPH_CONF": self.conf}
        return patiently(["radosgw-admin", *command], environment)

    def new_bucket(self) -> Bucket:
        """A user of its own with one bucket of its own."""
        name = f"org-{secrets.token_hex(6)}"
        bucket = Bucket(
            self.endpoint, name, "", "default", secrets.token_hex(8).upper(), secrets.token_hex(16)
        )
        keys = (f"--access-key={bucket.access_key_id}", f"--secret-key={bucket.secret_key}")
        self.admin("user", "create", f"--uid={name}", f"--display-name={name}", *keys)
        client_of(S3Engine(bucket)).create_bucket(Bucket=name)
        return bucket


def client_of(engine: S3Engine) -> Any:
    return engine.client


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    """One gateway a run: it ends by itself when the last process has let go of it."""
    missing = missing_tools()
    if missing:
        words = f"MISSING: {', '.join(missing)}. `make test` installs them where it may."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "ceph"
    folder.mkdir(exist_ok=True)
    with open(folder / "alive", "a") as alive:
        fcntl.flock(alive, fcntl.LOCK_SH)
        yield Ceph(**_server(folder))


def _server(folder: Path) -> dict[str, Any]:
    said = folder / "server.json"
    with open(folder / "start", "a") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        if not said.exists():
            _start(folder)
    found: dict[str, Any] = json.loads(said.read_text())
    return found


def _start(folder: Path) -> None:
    """In a session of its own: an interrupt of the run leaves the stopping to the lock."""
    command = [sys.executable, "-m", "tests.storage.ceph_server", str(folder)]
    with open(folder / "server.out", "ab") as out:
        done = subprocess.run(
            command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True, timeout=2 * START_S
        )
    if done.returncode:
        pytest.fail(f"The gateway did not start: {(folder / 'server.out').read_text()[-800:]}")


@pytest.fixture
def new_bucket(ceph: Ceph) -> Callable[[], Bucket]:
    return ceph.new_bucket


@pytest.fixture(scope="session")
def shared_bucket(ceph: Ceph) -> Bucket:
    return ceph.new_bucket()


@pytest.fixture
def s3(shared_bucket: Bucket) -> S3Engine:
    """An empty place: the test's own prefix of one bucket."""
    return S3Engine(replace(shared_bucket, prefix=f"test/{secrets.token_hex(6)}"))


@pytest.fixture(params=["folder", "s3"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> FolderEngine | S3Engine:
    """Each engine in turn: what a test promises with it holds for both."""
    if request.param == "folder":
        return FolderEngine(tmp_path / "blobs")
    engine: S3Engine = request.getfixturevalue("s3")
    return engine
