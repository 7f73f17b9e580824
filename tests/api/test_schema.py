"""The OpenAPI document, its page, and the form of problems and bodies."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from drf_spectacular.validation import validate_schema
from rest_framework import exceptions

from apps.core.blobs.sealing import KEY_GONE, Unsealable
from apps.integrations.api.parsers import DEEPEST, ShallowJson, depth_of
from apps.integrations.api.problems import KINDS, Problem, answer, problem
from apps.integrations.api.schema import document, operations
from tests.api.keys import program_of

pytestmark = pytest.mark.django_db


def test_the_document_is_valid_openapi():
    validate_schema(document())


def test_it_is_served_as_it_is():
    found = Client().get("/api/schema")
    assert found.headers["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert json.loads(found.content)["paths"].keys() == document()["paths"].keys()


def test_the_page_needs_no_script_and_shows_every_operation():
    page = Client().get("/api/docs").content.decode()
    for operation in operations():
        assert operation["path"] in page
        assert operation["scope"] in page
        assert all(given["name"] in page for given in operation["parameters"])
    assert "style=" not in page
    assert "<style" not in page


def test_what_is_answered_is_what_the_document_says(mercy):
    found = program_of(mercy).get("recordings").json()
    said = document()["components"]["schemas"]["RecordingPage"]["properties"]
    assert set(found) == set(said)


@pytest.mark.parametrize("code", KINDS)
def test_a_problem_says_its_code_twice_and_its_status_twice(code):
    found = problem(code, field="limit", detail="Give a number.")
    body = json.loads(found.content)
    assert body["status"] == found.status_code == KINDS[code].status
    assert (body["type"], body["code"]) == (f"urn:einthoven:problem:{code}", code)
    assert (body["field"], body["title"]) == ("limit", KINDS[code].title)


ANSWERED = {
    "not-found": Http404("Smith"),
    "scope-missing": PermissionDenied(),
    "key-destroyed": Unsealable(KEY_GONE),
    "not-genuine": Unsealable("blob-not-genuine"),
    "method-not-allowed": Problem("method-not-allowed"),
    "media-type-unsupported": exceptions.UnsupportedMediaType("text/Smith"),
    "invalid-request": exceptions.ParseError("Smith"),
}


@pytest.mark.parametrize("code", ANSWERED)
def test_what_a_library_says_is_not_repeated(code):
    found = answer(ANSWERED[code], {})
    assert json.loads(found.content)["code"] == code
    assert b"Smith" not in found.content


def test_what_nobody_expected_is_left_to_the_servers_own_page(mercy, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("Smith")

    monkeypatch.setattr("apps.integrations.api.recordings.recordings", broken)
    program = program_of(mercy)
    program.client.raise_request_exception = False
    found = program.get("recordings")
    assert (found.status_code, found.json()["code"]) == (500, "internal")
    assert b"Smith" not in found.content


def test_json_is_read_to_a_depth_and_no_deeper():
    parse = ShallowJson().parse
    for depth, refused in ((DEEPEST, False), (DEEPEST + 1, True), (500_000, True)):
        body = BytesIO(b"[" * depth + b"]" * depth)
        if refused:
            with pytest.raises(Problem):
                parse(body)
        else:
            assert parse(body) is not None
    with pytest.raises(Problem):
        parse(BytesIO(b'{"a":'))


def test_brackets_in_a_text_count_for_nothing():
    assert depth_of(rb'{"a\"[[[": ["[[[", {"b": "\\"}]}') == 3
