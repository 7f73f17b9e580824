"""The environment of a command typed beside the demo: that of the running demo, else none.

`make run` leaves its environment, secrets included, in a file only its user can read, so that
`manage.py ingest …` works in a second terminal. Without it, commands that need no database run.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOWHERE = "postgres://nobody@127.0.0.1:1/none"


def environment_file() -> Path:
    return ROOT / os.environ.get("VAR", "var") / "run" / "environment.json"


def fill_environment() -> None:
    """Set what is missing; does nothing where the environment names a database."""
    if {"DATABASE_URL", "DATABASE_URL_FILE"} & set(os.environ):
        return
    try:
        values = json.loads(environment_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        values = _without_database()
    for name, value in values.items():
        os.environ.setdefault(name, value)


def has_database() -> bool:
    return os.environ.get("DATABASE_URL") != NOWHERE


def _without_database() -> dict[str, str]:
    """Values for this process alone: keys that sign and seal nothing that lasts."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    roles = ("", "OWNER_", "DISPATCH_", "PLATFORM_")
    return {f"DATABASE_{role}URL": NOWHERE for role in roles} | {
        "EINTHOVEN_ALLOWED_HOSTS": "127.0.0.1",
        "EINTHOVEN_AUDIT_KEY": key,
        "EINTHOVEN_KEK": json.dumps({"active": "none", "keys": {"none": key}}),
        "EINTHOVEN_BLOB_ROOT": str(ROOT / "var" / "blobs"),
        "EINTHOVEN_EXPORT_SIGNING_KEY": key,
        "EINTHOVEN_SECRET_KEY": secrets.token_urlsafe(48),
    }
