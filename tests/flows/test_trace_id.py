"""Every log line of a request and of a job carries its trace id."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from apps.core.errors import PermanentError, RetryableError
from apps.ingestion import jobs
from apps.ingestion.models import Ingress
from tests.database import committed
from tests.factories import inside
from tests.ingestion.files import ecg_file, send

pytestmark = committed


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_of_a_request_has_the_one_the_answer_names(client_of, reader, log_text):
    client = client_of(reader)
    answers = [client.get(path) for path in (reverse("worklist"), "/nothing/here")]
    answers.append(client.post(reverse("worklist")))
    said = lines(log_text())
    assert len(said) >= len(answers)
    assert {line.get("trace_id") for line in said} == {a["X-Trace-Id"] for a in answers}


def test_every_line_of_a_failing_page_has_it(client_of, reader, log_text, monkeypatch):
    def fail(*_):
        raise ValueError

    monkeypatch.setattr("apps.web.views.worklist.asked.choices", fail)
    client = client_of(reader)
    client.raise_request_exception = False
    trace_id = client.get(reverse("worklist"))["X-Trace-Id"]
    assert {line.get("trace_id") for line in lines(log_text())} == {trace_id}


@pytest.mark.parametrize(
    "error", [ValueError("x"), PermanentError("broken"), RetryableError("later")], ids=repr
)
def test_every_line_of_a_failing_job_has_its_files(
    mercy, drained, log_text, monkeypatch, error, settings
):
    settings.RETRY_BACKOFF_SECONDS = 60

    def fail(*_):
        raise error

    monkeypatch.setattr(jobs, "_original", fail)
    row = send(mercy, ecg_file()).ingress
    drained()
    said = lines(log_text())
    assert said
    assert {line.get("trace_id") for line in said} == {str(row.trace_id)}


def test_every_line_of_a_files_whole_way_has_it(mercy, drained, log_text):
    row = send(mercy, ecg_file()).ingress
    drained()
    with inside(mercy):
        assert Ingress.objects.get().state == "done"
    said = lines(log_text())
    assert "file.linked" in {line["event"] for line in said}
    assert {line.get("trace_id") for line in said} == {str(row.trace_id)}
