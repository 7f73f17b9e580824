"""Logs are one JSON object a line and carry allow-listed keys only: no patient data by design."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED_KEYS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "trace_id",
        "organization",
        "user",
        "code",
        "error_class",
        "table",
        "id",
        "entry",
        "stage",
        "state",
        "attempts",
        "count",
        "seconds",
        "method",
        "route",
        "status",
        "port",
        "pid",
    }
)

# Third parties put values into their messages; only their level and logger name are kept.
_OUR_LOGGERS = ("apps.", "config.")


def keep_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def hide_foreign_text(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A library's sentence may quote a row, a path or a parameter: its class must do."""
    record: logging.LogRecord | None = event.get("_record")
    if record is None or (event["_from_structlog"] and record.name.startswith(_OUR_LOGGERS)):
        return event
    event["event"] = "library.message"
    if record.name in {"django.request", "django.server"}:
        event["status"] = getattr(record, "status_code", None)
    return event


def name_exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The class of an exception, never its text."""
    given = event.get("exc_info")
    kind = given[0] if isinstance(given, tuple) else type(given) if given else None
    if kind is bool:
        kind = sys.exc_info()[0]
    if kind is not None:
        event["error_class"] = kind.__name__
    return event


def configure_logging(form: str) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[hide_foreign_text, name_exception, keep_allowed, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for noisy in (
        "axes",
        "django_q",
        "django-q",
        "django.server",
        "pydicom",
        "pynetdicom",
        "fontTools",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # They name the files of shares.
    for telling in ("smbprotocol", "spnego"):
        logging.getLogger(telling).setLevel(logging.CRITICAL + 1)
