"""The environment, read strictly: an unknown or unusable value stops the start."""

from __future__ import annotations

import ipaddress
import math
import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

PREFIX = "EINTHOVEN_"

# Read here or by the runtime; anything else that starts with the prefix is a typing error.
KNOWN = {
    "ALARM_WAITING_SECONDS",
    "ALLOWED_HOSTS",
    "APP_VERSION",
    "AUDIT_ANCHORS",
    "AUDIT_ANCHORS_ENDPOINT",
    "AUDIT_ANCHORS_KEY_ID",
    "AUDIT_ANCHORS_REGION",
    "AUDIT_ANCHORS_RETAIN_DAYS",
    "AUDIT_ANCHORS_SECRET",
    "AUDIT_KEY",
    "AUDIT_PUBLIC_KEYS",
    "BASE_URL",
    "BLOB_ROOT",
    "CLAMD",
    "CLIENT_CERTIFICATE_CA",
    "CLIENT_CERTIFICATE_CRL",
    "CLIENT_CERTIFICATE_HEADER",
    "CLIENT_CERTIFICATE_PROXIES",
    "CORPUS",
    "DEMO_EHR_PORT",
    "DEMO_HL7_PORT",
    "DEMO_IDP_PORT",
    "DICOM_ADDRESS",
    "DICOM_NETWORKS",
    "DICOM_PORT",
    "DICOM_TLS_CA",
    "DICOM_TLS_CERTIFICATE",
    "DICOM_TLS_CRL",
    "DICOM_TLS_KEY",
    "DOWNLOAD_ORIGIN",
    "DRAIN_SECONDS",
    "EGRESS_INTERNAL_HOSTS",
    "EMAIL_FROM",
    "EMAIL_HOST",
    "EMAIL_PASSWORD",
    "EMAIL_PORT",
    "EMAIL_SECURITY",
    "EMAIL_USER",
    "EXPORT_SIGNING_KEY",
    "HEARTBEAT_SECONDS",
    "HL7_TLS_CA",
    "HL7_TLS_CERTIFICATE",
    "HL7_TLS_CRL",
    "HL7_TLS_KEY",
    "IMPORT_JOURNALS",
    "KEK",
    "KEK_FILE",
    "KEK_TOKEN_FILE",
    "KEK_URL",
    "LEASE_SECONDS",
    "LIMIT_API",
    "LIMIT_API_KEY",
    "LIMIT_DICOM",
    "LIMIT_HL7",
    "LIMIT_SIGN_IN",
    "LIMIT_UPLOAD",
    "LIMIT_WEB",
    "LOG_FORMAT",
    "MLLP_NETWORKS",
    "NEW_SECOND_FACTOR_REQUIRED",
    "ONBOARDING_SECRETS",
    "PG_BIN",
    "PRIVATE_LINKS",
    "QUEUE_STATUS_FILE",
    "RETRY_BACKOFF_SECONDS",
    "SECRET_KEY",
    "SESSION_ABSOLUTE_SECONDS",
    "SESSION_IDLE_SECONDS",
    "SHRED_PERSONS",
    "SMB_INCOMPLETE_SECONDS",
    "SMB_NETWORKS",
    "SMB_PORT",
    "SMB_SETTLE_SECONDS",
    "SMB_STABLE_SECONDS",
    "SSO_CLOCK_SKEW_SECONDS",
    "SSO_SESSION_SECONDS",
    "STAFF_MFA_REQUIRED",
    "STALE_CRL",
    "STORAGE_HOSTS",
    "STORAGE_TIMEOUT_SECONDS",
    "SWEEP_SECONDS",
    "TRUSTED_PROXIES",
    "UPLOADS_OPEN",
    "UPLOADS_OPEN_GB",
    "UPLOAD_ARCHIVE_MB",
    "UPLOAD_LOG_MB",
    "UPLOAD_PART_MB",
    "UPLOAD_VIDEO_MB",
    "WATCH_SECONDS",
    "WORKERS",
}
SECRETS = {
    "AUDIT_ANCHORS_SECRET",
    "AUDIT_KEY",
    "EMAIL_PASSWORD",
    "EXPORT_SIGNING_KEY",
    "KEK",
    "SECRET_KEY",
}

# By which a service of this machine is named.
LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost"}

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
    held = _secret_in_file(f"{PREFIX}{name}")
    return text(name, default) if held is None else held


def _secret_in_file(variable: str) -> str | None:
    """None where no file is named. A file that everyone may read holds no secret: refused."""
    path = os.environ.get(f"{variable}_FILE")
    if path is None:
        return None
    if variable in os.environ:
        raise ImproperlyConfigured(f"Both {variable} and {variable}_FILE are set: leave one")
    try:
        if Path(path).stat().st_mode & stat.S_IROTH:
            raise ImproperlyConfigured(
                f"{variable}_FILE may be read by everyone on this machine: chmod o-r"
            )
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{variable}_FILE cannot be read: {error.strerror}") from None


def seconds(name: str, default: float) -> float:
    raw = text(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be seconds, a number") from None
    if not 0 < value < math.inf:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be above 0")
    return value


def whole_number(name: str, default: int, *, most: int | None = None) -> int:
    raw = text(name, str(default))
    if not (raw.isascii() and raw.isdigit()) or int(raw) == 0:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be a whole number above 0")
    if most is not None and int(raw) > most:
        raise ImproperlyConfigured(f"{PREFIX}{name} may be {most} at most")
    return int(raw)


def count(name: str, default: int) -> int:
    raw = text(name, str(default))
    if not (raw.isascii() and raw.isdigit()):
        raise ImproperlyConfigured(f"{PREFIX}{name} must be a whole number")
    return int(raw)


def flag(name: str, default: bool) -> bool:
    return choice(name, {"true", "false"}, str(default).lower()) == "true"


def choice(name: str, allowed: set[str], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be one of {', '.join(sorted(allowed))}")
    return value


def names(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def some_of(name: str, allowed: set[str]) -> set[str]:
    """Names with commas, each of which is known; none when not set."""
    given = set(names(name))
    if not given <= allowed:
        raise ImproperlyConfigured(f"{PREFIX}{name} may name {', '.join(sorted(allowed))} only")
    return given


def origin(name: str) -> str:
    """Scheme and host, nothing after; empty when not set. Plain HTTP only on this machine."""
    given = text(name, "")
    if not given:
        return ""
    parts = urlsplit(given)
    is_local = parts.hostname in {"127.0.0.1", "localhost"}
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise ImproperlyConfigured(f"{PREFIX}{name} must begin with https://")
    if given != f"{parts.scheme}://{parts.netloc}" or not parts.hostname or "@" in parts.netloc:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be scheme and host, without a path")
    return given


def endpoint(name: str) -> str:
    """An address of a service; empty when not set. Plain HTTP only on this machine."""
    given = text(name, "")
    parts = urlsplit(given)
    is_local = parts.hostname in LOCAL_HOSTS
    if given and not (
        parts.hostname and parts.scheme in ({"https", "http"} if is_local else {"https"})
    ):
        raise ImproperlyConfigured(f"{PREFIX}{name} must begin with https://")
    return given


def scanner(name: str) -> str:
    """Where clamd listens: tcp://host:port or unix:/path; empty where there is none."""
    given = text(name, "")
    try:
        parts = urlsplit(given)
        is_tcp = parts.scheme == "tcp" and bool(parts.hostname and parts.port and not parts.path)
    except ValueError:
        is_tcp = False
    if given and not is_tcp and not given.startswith("unix:/"):
        raise ImproperlyConfigured(f"{PREFIX}{name} must be tcp://host:port or unix:/path")
    return given


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(name: str, default: str) -> list[Network]:
    """Networks such as 10.0.0.0/8, split at commas."""
    try:
        return [ipaddress.ip_network(one) for one in names(name, default)]
    except ValueError:
        raise ImproperlyConfigured(f"{PREFIX}{name} must be networks like 10.0.0.0/8") from None


def host_of(given: str) -> list[str]:
    """The host name of an origin, if there is one."""
    host = urlsplit(given).hostname
    return [host] if host else []


def database(variable: str) -> dict[str, Any]:
    """Connection settings of one role from its URL, or from the file that VARIABLE_FILE names."""
    held = _secret_in_file(variable)
    url = os.environ.get(variable) if held is None else held
    if url is None:
        raise ImproperlyConfigured(f"{variable} is not set. `make run` provides it; see README.")
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{variable} must be a postgres:// URL")
    return dict(_reader.db_url_config(url))


def refuse_clear(databases: dict[str, dict[str, Any]], mail_host: str, mail: str) -> None:
    """Raise ImproperlyConfigured where a server elsewhere is spoken to in the clear or unproven.

    No host, or one that begins with a slash, is a socket of this machine.
    """
    for alias, database in databases.items():
        host = str(database.get("HOST") or "/")
        proven = database.get("OPTIONS", {}).get("sslmode") == "verify-full"
        if not (proven or host in LOCAL_HOSTS or host.startswith("/")):
            raise ImproperlyConfigured(
                f"The database of “{alias}” is elsewhere: its URL must end in ?sslmode=verify-full"
            )
    if mail_host not in LOCAL_HOSTS and mail == "none":
        raise ImproperlyConfigured(f"{PREFIX}EMAIL_SECURITY must be starttls or tls")


def refuse_clear_scanner(clamd: str, private: set[str]) -> None:
    """Raise ImproperlyConfigured where files would go to a scanner elsewhere that knows no TLS."""
    if urlsplit(clamd).hostname in {None, *LOCAL_HOSTS} or "clamd" in private:
        return
    raise ImproperlyConfigured(
        f"{PREFIX}CLAMD is elsewhere and clamd knows no TLS:"
        f" {PREFIX}PRIVATE_LINKS=clamd says that the network to it is private"
    )


def _read(name: str, default: str | None) -> str:
    value = os.environ.get(PREFIX + name, default)
    if value is None:
        raise ImproperlyConfigured(f"{PREFIX}{name} is not set")
    return value
