"""Stands in for the product: what the runner calls, without the product behind it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

STATUS = Path(os.environ["EINTHOVEN_QUEUE_STATUS_FILE"])
STATE = STATUS.parent.parent


def migrate(*arguments: str) -> None:
    assert arguments == ("--database", "owner")
    if (STATE / "broken").exists():
        sys.exit("the migration's own words")


def rotate_keys(*arguments: str) -> None:
    assert arguments[0] in ("--missing", "--adopt")
    (STATE / arguments[0]).write_text(" ".join(arguments[1:]))


def seed_demo() -> None:
    runs = STATE / "runs"
    runs.write_text(f"{runs.read_text() if runs.exists() else ''}x")
    print(f"reader signs in; run {len(runs.read_text())}")
    print(f"EHR at {os.environ['EINTHOVEN_DEMO_EHR_PORT']}", file=sys.stderr)


def sweep() -> None:
    while True:
        STATUS.write_text(json.dumps({"oldest_available_s": 0, "leased": 0}))
        time.sleep(0.2)


def sync_smb() -> None:
    time.sleep(600)


def serve_dicom() -> None:
    assert os.environ["EINTHOVEN_DICOM_PORT"].isdigit()
    time.sleep(600)


def serve_hl7() -> None:
    assert os.environ["EINTHOVEN_DEMO_HL7_PORT"].isdigit()
    time.sleep(600)


def qcluster() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    signal.signal(signal.SIGTERM, lambda *_: (child.kill(), sys.exit(0)))
    child.wait()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
