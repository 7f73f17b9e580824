"""Devices that are not ours: DCMTK's commands and an Orthanc, installed by `make test-tools`."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.ports import free_port
from deploy.embedded.stopping import die_with_parent

PATIENCE_S = 30


def needed(tool: str) -> str:
    """Where it is; without it the test is skipped, in CI failed."""
    found = shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/usr/local/sbin")
    if found is None and os.environ.get("CI"):
        pytest.fail(f"{tool} is missing: make test-tools")
    if found is None:
        pytest.skip(f"{tool} is missing: make test-tools")
    return found


def dcmtk(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [needed(tool), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


class Orthanc:
    """An archive that stores to us and asks whether it is kept."""

    def __init__(self, folder: Path, modality: list[Any]) -> None:
        self.port, self.dicom_port = free_port(), free_port()
        self.config = folder / "orthanc.json"
        self.config.write_text(
            json.dumps(
                {
                    "StorageDirectory": str(folder / "db"),
                    "IndexDirectory": str(folder / "db"),
                    "HttpPort": self.port,
                    "DicomPort": self.dicom_port,
                    "DicomAet": "ORTHANC",
                    "RemoteAccessAllowed": False,
                    "AuthenticationEnabled": False,
                    "Plugins": [],
                    "DicomModalities": {"platform": modality},
                }
            )
        )

    def ask(self, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)


@contextlib.contextmanager
def orthanc(folder: Path, modality: list[Any]) -> Iterator[Orthanc]:
    found = Orthanc(folder, modality)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [needed("Orthanc"), str(found.config)],
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
    try:
        until(lambda: found.ask("/system"))
        yield found
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def until(look: Any) -> Any:
    """What it gives once it gives something; a peer that is not there yet is waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(OSError):
            if found := look():
                return found
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.1)
