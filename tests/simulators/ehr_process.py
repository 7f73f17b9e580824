"""The simulated EHR as a process of its own, and a message it takes."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.stopping import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
ORU = (
    "MSH|^~\\&|EINTHOVEN|MERCY|EHR|MERCY|20260304||ORU^R01^ORU_R01|{control_id}|P|2.5.1\r"
    "PID|1||{patient}^^^MERCY^MR||Doe^Jane\rOBR|1|P-1|F-1|11524-6^EKG study^LN{gap}|F\r"
    "OBX|1|NM|8867-4^Heart rate^LN||61|/min^^UCUM|||||F\r"
    "OBX|2|CE|8601-7^EKG impression^LN|1|SR^Sinus rhythm^L||||||F\r"
)


def oru(control_id: str = "D1", patient: str = "MRN-1") -> bytes:
    return ORU.format(control_id=control_id, patient=patient, gap="|" * 20).encode()


@dataclass
class Ehr:
    process: subprocess.Popen[str]
    port: int
    http_port: int
    banner: str

    def exchange(self, *messages: bytes) -> list[bytes]:
        """The replies, one a message, over one connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(b"".join(b"\x0b" + m + b"\x1c\r" for m in messages))
            return read_frames(connection, len(messages))


def read_frames(connection: socket.socket, count: int) -> list[bytes]:
    received = b""
    while received.count(b"\x1c\r") < count:
        chunk = connection.recv(4096)
        if not chunk:
            break
        received += chunk
    return [frame.lstrip(b"\x0b") for frame in received.split(b"\x1c\r")[:-1]]


@contextlib.contextmanager
def running_ehr(store: Path, *options: str) -> Iterator[Ehr]:
    command = [sys.executable, "-m", "simulators.ehr", "--port", "0", "--store", str(store)]
    process = subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=die_with_parent,
    )
    try:
        assert process.stdout is not None
        banner = process.stdout.readline()
        ports = [int(port) for port in re.findall(r":(\d+)", banner)]
        assert ports, "the simulated EHR did not start"
        yield Ehr(process, ports[0], ports[-1], banner)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=10)
