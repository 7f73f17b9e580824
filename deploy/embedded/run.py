"""The demo on one machine: `make run`.

Starts the embedded PostgreSQL, the simulated EHR and identity provider, the web server, workers,
sweeper and the doors of the DICOM network, of HL7 listeners and of file shares, keeps them running
and stops all of them on SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import fcntl
import http.client
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.console import NO_SPACE, FixableError, explain, say
from deploy.embedded.environment import DEMO_SETTINGS, product_environment, queue_status_file
from deploy.embedded.ports import LOOPBACK, is_free, remembered_port
from deploy.embedded.postgres import Cluster
from deploy.embedded.service import Service, stop_leftovers
from deploy.embedded.stopping import StoppedError, StopSignal
from deploy.embedded.supervisor import Supervisor

LEAST_FREE_BYTES = 300_000_000
WEB_PATIENCE_S = 90.0
EARLIER_KEYRING = "blob-keyring.json"


class Steps:
    """One line for each finished step, with the time it took."""

    def __init__(self) -> None:
        self.began = self.last = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        say(f"  {what:<24}{now - self.last:6.1f} s")
        self.last = now

    @property
    def total_s(self) -> float:
        return time.monotonic() - self.began


def main() -> int:
    options = parse(sys.argv[1:])
    stop = StopSignal()
    state = Path(options.var).absolute()
    try:
        with state_folder(state):
            run(state, options.port, stop)
    except StoppedError:
        pass
    except FixableError as problem:
        say(str(problem))
        return 1
    except OSError as error:
        say(explain(error))
        return 1
    say("Stopped.")
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=port_number, default=8000)
    parser.add_argument("--var", default="var", help="state folder")
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


@contextmanager
def state_folder(state: Path) -> Iterator[None]:
    """Refused while another runner uses it or when it has no room."""
    for name in ("run", "log", "ehr"):
        (state / name).mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(state).free < LEAST_FREE_BYTES:
        raise FixableError(NO_SPACE)
    with open(state / "run" / "runner.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FixableError(
                f"The demo already runs from {state}: stop it first, "
                "or start a second one with another VAR and PORT."
            ) from None
        yield


def run(state: Path, port: int, stop: StopSignal) -> None:
    """Returns when told to stop, with everything stopped."""
    steps = Steps()
    say(f"Einthoven starts; its data are in {state}")
    if stop_leftovers(state / "run"):
        steps.done("end an earlier run")
    if not is_free(port):
        raise FixableError(
            f"Port {port} is taken or not allowed: choose another one, `make run PORT={port + 1}`."
        )
    cluster = Cluster(state / "postgres")
    with cluster.running():
        steps.done("PostgreSQL")
        ehr_port = remembered_port(state / "run" / "ehr-port")
        environment = product_environment(state, cluster, DEMO_SETTINGS)
        environment["EINTHOVEN_DEMO_EHR_PORT"] = str(ehr_port)
        idp_port = remembered_port(state / "run" / "idp-port")
        environment["EINTHOVEN_DEMO_IDP_PORT"] = str(idp_port)
        dicom_port = remembered_port(state / "run" / "dicom-port")
        environment["EINTHOVEN_DICOM_PORT"] = str(dicom_port)
        hl7_port = remembered_port(state / "run" / "hl7-port")
        environment["EINTHOVEN_DEMO_HL7_PORT"] = str(hl7_port)
        environment["EINTHOVEN_BASE_URL"] = f"http://{LOOPBACK}:{port}"
        environment["EINTHOVEN_EGRESS_INTERNAL_HOSTS"] = f"{LOOPBACK}:{idp_port}"
        leave_for_commands(state, environment)
        services = Services(state, environment)
        supervisor = Supervisor(
            services.all(port, ehr_port, idp_port), cluster, queue_status_file(state), stop
        )
        try:
            serve(services, supervisor, port, steps)
        finally:
            say("Stopping …")
            supervisor.stop_all()


def leave_for_commands(state: Path, environment: dict[str, str]) -> None:
    """What `manage.py` needs in another terminal (config.demo), for this user's eyes only."""
    wanted = ("DATABASE_", "EINTHOVEN_")
    chosen = {name: text for name, text in environment.items() if name.startswith(wanted)}
    part = state / "run" / "environment.part"
    part.touch(mode=0o600)
    part.write_text(json.dumps(chosen, indent=1))
    part.replace(state / "run" / "environment.json")


def serve(services: Services, supervisor: Supervisor, port: int, steps: Steps) -> None:
    services.command("migrate", "--database", "owner").run_to_end(supervisor.stop)
    steps.done("migrations")
    make_keys(services, supervisor.stop, steps)
    supervisor.start()
    logins = services.command("seed_demo").run_to_end(supervisor.stop)
    steps.done("organizations and ECGs")
    wait_for_web(supervisor, port)
    steps.done("web server")
    say(f"\n{logins.rstrip()}\n\nReady in {steps.total_s:.1f} s; Ctrl-C stops everything.")
    say(f"http://{LOOPBACK}:{port}")
    supervisor.watch()


def make_keys(services: Services, stop: StopSignal, steps: Steps) -> None:
    """First keys; what an earlier version sealed with one key for everybody is taken over."""
    services.command("rotate_keys", "--missing").run_to_end(stop)
    earlier = services.state / "keys" / EARLIER_KEYRING
    if earlier.exists():
        services.command("rotate_keys", "--adopt", str(earlier)).run_to_end(stop)
        earlier.unlink()
        steps.done("sealed again by own keys")


class Services:
    """The commands of the demo, each with its environment and its log."""

    def __init__(self, state: Path, environment: dict[str, str]) -> None:
        self.state = state
        self.environment = environment

    def all(self, port: int, ehr_port: int, idp_port: int) -> list[Service]:
        return [
            self._service("ehr", *simulated_ehr(ehr_port, self.state / "ehr")),
            self._service("idp", "-m", "simulators.idp", "--port", str(idp_port)),
            self._service("web", *web_server(port)),
            self.command("qcluster"),
            self.command("sweep"),
            self.command("serve_dicom"),
            self.command("serve_hl7"),
            self.command("sync_smb"),
        ]

    def command(self, name: str, *arguments: str) -> Service:
        return self._service(name, "manage.py", name, *arguments)

    def _service(self, name: str, *arguments: str) -> Service:
        return Service(name, [sys.executable, *arguments], self.environment, self.state)


def simulated_ehr(port: int, store: Path) -> list[str]:
    return ["-m", "simulators.ehr", "--port", str(port), "--store", str(store)]


def web_server(port: int) -> list[str]:
    address = ["--bind", f"{LOOPBACK}:{port}"]
    return ["-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi", *address]


def wait_for_web(supervisor: Supervisor, port: int) -> None:
    web = next(service for service in supervisor.services if service.name == "web")
    deadline = time.monotonic() + WEB_PATIENCE_S
    while not answers(port):
        if web.exit_code() is not None or time.monotonic() > deadline:
            raise FixableError(
                f"The web server does not answer; its log is {web.log}:\n{web.last_words()}"
            )
        if supervisor.stop.wait(0.1):
            raise StoppedError


def answers(port: int) -> bool:
    """Whether the sign-in page or a way to it comes back."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=20)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
