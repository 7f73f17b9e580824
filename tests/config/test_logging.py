"""Log lines carry allow-listed keys; what others say stays out."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from config.logging import ALLOWED_KEYS

NAME, MRN = "BLOGGS^JO", "MRN-0815"


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_allowed_keys_are_written(log_text):
    structlog.get_logger("apps.test").info("file.linked", code="new", count=3)
    (line,) = lines(log_text())
    assert (line["event"], line["code"], line["count"]) == ("file.linked", "new", 3)
    assert line["timestamp"].endswith("Z")


def test_unknown_keys_are_dropped(log_text):
    structlog.get_logger("apps.test").info("file.linked", patient=NAME, filename=MRN, path="/x")
    assert NAME not in log_text()
    assert set(lines(log_text())[0]) <= ALLOWED_KEYS


def test_bound_context_is_dropped_too(log_text):
    with structlog.contextvars.bound_contextvars(mrn=MRN, trace_id="t1"):
        structlog.get_logger("apps.test").info("x")
    assert MRN not in log_text()
    assert lines(log_text())[0]["trace_id"] == "t1"


@pytest.mark.parametrize(
    "logger", ["django.request", "pydicom", "psycopg", "apps", "appsnot.x", "root"]
)
def test_the_text_of_libraries_is_hidden(log_text, logger):
    logging.getLogger(logger).error("Key (value)=(%s) already exists for %s", MRN, NAME)
    assert NAME not in log_text()
    assert MRN not in log_text()
    assert lines(log_text())[0]["event"] == "library.message"


def test_the_text_of_exceptions_is_hidden(log_text):
    try:
        raise ValueError(NAME)
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: /%s", MRN)
        structlog.get_logger("apps.test").exception("job.crashed")
    assert NAME not in log_text()
    assert MRN not in log_text()
    assert "Traceback" not in log_text()
    assert [line["error_class"] for line in lines(log_text())] == ["ValueError"] * 2


def test_plain_logging_in_our_own_modules_cannot_smuggle_values(log_text):
    logging.getLogger("apps.test").warning("refused %s", NAME)
    assert NAME not in log_text()


def test_extra_and_positional_values_are_dropped(log_text):
    logging.getLogger("apps.test").warning("refused", extra={"patient": NAME})
    structlog.get_logger("apps.test").info("refused %s", NAME)
    assert NAME not in log_text()
