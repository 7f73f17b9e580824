"""The environment, read strictly: an unknown or unusable value stops the start."""

from __future__ import annotations

import math
import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

PREFIX = "EINTHOVEN_"

# Read here or by the runtime; anything else that starts with the prefix is a typing error.
KNOWN = {
    "ALLOWED_HOSTS",
    "AUDIT_KEY",
    "BLOB_ROOT",
    "CORPUS",
    "DEMO_EHR_PORT",
    "DRAIN_SECONDS",
    "HEARTBEAT_SECONDS",
    "KEK",
    "KEK_FILE",
    "KEK_TOKEN_FILE",
    "KEK_URL",
    "LEASE_SECONDS",
    "LIMIT_API",
    "LIMIT_API_KEY",
    "LIMIT_SIGN_IN",
    "LIMIT_UPLOAD",
    "LIMIT_WEB",
    "LOG_FORMAT",
    "PG_BIN",
    "PROXIES",
    "QUEUE_STATUS_FILE",
    "RETRY_BACKOFF_SECONDS",
    "SECRET_KEY",
    "SHRED_PERSONS",
    "SWEEP_SECONDS",
    "WORKERS",
}
SECRETS = {"SECRET_KEY", "AUDIT_KEY", "KEK"}

_reader = environ.Env()


def refuse_unknown(environment: dict[str, str] | None = None) -> None:
    """Raise ImproperlyConfigured for a variable with our prefix that nobody reads."""
    allowed = {PREFIX + name for name in KNOWN} | {f"{PREFIX}{name}_FILE" for name in SECRETS}
    names = os.environ if environment is None else environment
    unknown = sorted(n for n in names if n.startswith(PREFIX) and n not in allowed)
    if unknown:
        raise ImproperlyConfigured(f"Unknown setting {unknown[0]}. Known: see config/env.py.")


def text(name: str, default: str | None = None) -> str:
    return str(_read(name, default))


def secret(name: str, default: str | None = None) -> str:
    """The value of NAME, or the content of the file that NAME_FILE names."""
    path = os.environ.get(f"{PREFIX}{name}_FILE")
    if path is None:
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{PREFIX}{name}_FILE cannot be read: {error.strerror}"
        ) from None


def seconds(name: str, default: float) -> float:
    raw = text(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be seconds, a number") from None
    if not 0 < value < math.inf:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be above 0")
    return value


def whole_number(name: str, default: int, *, least: int = 1) -> int:
    raw = text(name, str(default))
    if not (raw.isascii() and raw.isdigit()) or int(raw) < least:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be a whole number above {least - 1}")
    return int(raw)


def choice(name: str, allowed: set[str], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be one of {', '.join(sorted(allowed))}")
    return value


def names(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database(variable: str) -> dict[str, object]:
    """Connection settings of one role from its URL."""
    if variable not in os.environ:
        raise ImproperlyConfigured(f"{variable} is not set. `make run` provides it; see README.")
    if not os.environ[variable].startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{variable} must be a postgres:// URL")
    return dict(_reader.db_url(variable))


def _read(name: str, default: str | None) -> str:
    value = os.environ.get(PREFIX + name, default)
    if value is None:
        raise ImproperlyConfigured(f"{PREFIX}{name} is not set")
    return value
