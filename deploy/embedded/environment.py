"""What the product's processes find in their environment."""

from __future__ import annotations

import os
from pathlib import Path

from deploy.embedded.keys import key_environment
from deploy.embedded.postgres import Cluster

DEMO_SETTINGS = "config.settings.dev"
TEST_SETTINGS = "config.settings.test"


def product_environment(state: Path, cluster: Cluster, settings: str) -> dict[str, str]:
    """This process's environment with all that the settings read, kept under `state`."""
    blobs = state / "blobs"
    status = queue_status_file(state)
    for folder in (blobs, status.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return (
        inherited()
        | cluster.urls()
        | key_environment(state / "keys")
        | {
            "DJANGO_SETTINGS_MODULE": settings,
            "EINTHOVEN_AUDIT_ANCHORS": str(state / "anchors"),
            "EINTHOVEN_ALLOWED_HOSTS": "127.0.0.1,localhost",
            "EINTHOVEN_BLOB_ROOT": str(blobs),
            "EINTHOVEN_QUEUE_STATUS_FILE": str(status),
            "PYTHONUNBUFFERED": "1",
        }
    )


# Many processes of the product start one after another: what each would compile anew is kept.
LEFT_OUT = {"PYTHONDONTWRITEBYTECODE"}


def inherited() -> dict[str, str]:
    """A variable of ours that is set to nothing counts as not set."""
    return {
        name: text
        for name, text in os.environ.items()
        if name not in LEFT_OUT and (text or "EINTHOVEN" not in name)
    }


def queue_status_file(state: Path) -> Path:
    return state / "run" / "queue.json"
