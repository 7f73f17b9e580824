"""Every operation of the API by every key: scope by scope, own, elsewhere and nowhere."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from apps.core.isolation.catalog import Found
from apps.ecg.models import Recording
from apps.integrations.api.proofs import operations_ask_for_a_scope
from apps.integrations.api.recordings import Recordings
from apps.integrations.api.schema import document
from apps.tenants.model_api import Scope
from tests.api.keys import Program, key_of
from tests.database import committed
from tests.factories import inside
from tests.isolation.api_orders import ORDER_OPERATIONS
from tests.isolation.api_routes import METHODS, OPEN, Operation
from tests.isolation.api_routes import OPERATIONS as FIRST_OPERATIONS
from tests.isolation.api_submissions import SUBMISSIONS
from tests.isolation.world import things_of

pytestmark = pytest.mark.django_db

OPERATIONS = [*FIRST_OPERATIONS, *ORDER_OPERATIONS, *SUBMISSIONS]
NOWHERE = uuid.UUID("00000000-0000-4000-8000-000000000000")
PATHS = sorted({row.path for row in OPERATIONS})


def operations():
    """Of the schema, by method and address."""
    return {
        (method.upper(), path): operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def test_the_schema_and_the_table_have_the_same_operations():
    assert set(operations()) == {(row.method, row.path) for row in OPERATIONS}


def test_every_address_of_the_resolver_is_in_the_schema():
    (api,) = (p for p in get_resolver().url_patterns if getattr(p, "namespace", "") == "api")
    routes = [str(pattern.pattern) for pattern in api.url_patterns]
    found = {"/api/" + route.replace("<uuid:", "{").replace(">", "}") for route in routes}
    assert found - OPEN == set(document()["paths"])


def test_the_schema_names_the_scope_of_the_table():
    said = {key: operation["x-required-scope"] for key, operation in operations().items()}
    assert said == {(row.method, row.path): row.scope.value for row in OPERATIONS}
    assert all(operation["security"] for operation in operations().values())


def test_every_id_that_the_schema_takes_is_tried():
    """A parameter that is a UUID names a thing, which may be another organization's."""
    taken = {
        (key, parameter["name"] if parameter["in"] == "path" else f"query:{parameter['name']}")
        for key, operation in operations().items()
        for parameter in operation.get("parameters", [])
        if parameter["schema"].get("format") == "uuid"
    }
    assert taken == {((row.method, row.path), row.tried) for row in OPERATIONS if row.tried}


def request(program, row: Operation, things, tried=None):
    """The answer, undone, and how many queries it took."""
    ids = {name: things[kind] for name, kind in row.ids.items()}
    place, _, parameter = row.tried.partition(":")
    if tried is not None and not parameter:
        ids[place] = tried
    path = row.path.format(**ids)
    if tried is not None and parameter:
        path += f"?{parameter}={tried}"
    given = row.given(program.key) if row.method == "POST" else {}
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        response = getattr(program.client, row.method.lower())(path, **given)
        transaction.set_rollback(True)
    return response, len(queries)


def shown(response, thing):
    """Status, headers and body without the id asked for and what is new at every request."""
    head = {k: v for k, v in response.headers.items() if k not in ("X-Trace-Id", "Location")}
    body = response.content.decode(errors="replace")
    return response.status_code, head, body.replace(str(thing), "ID")


@pytest.mark.parametrize("row", OPERATIONS, ids=str)
def test_a_key_opens_the_operations_of_its_scopes(row, mercy, lakeside):
    mine = things_of(mercy)
    own = mine[row.kind] if row.tried else None
    for scope in Scope:
        answer, _ = request(Program(key_of(mercy, scope)), row, mine, own)
        assert answer.status_code == (row.own if scope == row.scope else 403), scope
    for nobody in (Program(""), Program("ein_unknown")):
        assert request(nobody, row, mine, own)[0].status_code == 401


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.tried], ids=str)
def test_elsewhere_is_nowhere(row, mercy, lakeside):
    mine, theirs = things_of(mercy), things_of(lakeside)
    for scopes in ([row.scope], list(Scope), [s for s in Scope if s != row.scope]):
        program = Program(key_of(mercy, *scopes))
        request(program, row, mine, mine[row.kind])  # the first of the day writes the day
        elsewhere, queries = request(program, row, mine, theirs[row.kind])
        nowhere, queries_nowhere = request(program, row, mine, NOWHERE)
        expected = row.elsewhere if row.scope in scopes else 403
        assert elsewhere.status_code == expected
        assert shown(elsewhere, theirs[row.kind]) == shown(nowhere, NOWHERE)
        assert queries == queries_nowhere


def test_all_ids_of_another_organization_together_are_nowhere(mercy, lakeside):
    theirs, unknown = things_of(lakeside), dict.fromkeys(things_of(mercy), NOWHERE)
    program = Program(key_of(mercy))
    program.get("recordings")
    for row in (row for row in OPERATIONS if row.ids):
        elsewhere, queries = request(program, row, theirs)
        nowhere, queries_nowhere = request(program, row, unknown)
        assert elsewhere.status_code == 404, row
        assert shown(elsewhere, "")[:2] == shown(nowhere, "")[:2]
        assert elsewhere.content == nowhere.content
        assert queries == queries_nowhere


def test_a_filter_by_a_foreign_thing_finds_no_row(mercy, lakeside):
    theirs = things_of(lakeside)
    things_of(mercy)
    program = Program(key_of(mercy))
    for name in ("patient", "site"):
        assert program.get("recordings", **{name: theirs[name]}).json()["recordings"] == []
    found = {row["id"] for row in program.get("recordings").json()["recordings"]}
    with inside(mercy):
        assert found == {str(row.public_id) for row in Recording.objects.all()}
    assert len(found) > 1


def test_a_delivery_key_of_another_organization_is_free(mercy, lakeside):
    """Taken there, taken by another client here, or never used: one answer."""
    theirs, mine, other = (Program(key_of(home)) for home in (lakeside, mercy, mercy))
    for program in (theirs, other):
        assert program.send(b"a", Idempotency_Key="taken").status_code == 201
    answers = [mine.send(b"b", Idempotency_Key=key) for key in ("taken", "free")]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert mine.send(b"c", Idempotency_Key="taken").status_code == 422


@committed
@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_refused(path, mercy):
    things = things_of(mercy)
    ids = next(row.ids for row in OPERATIONS if row.path == path)
    address = path.format(**{name: things[kind] for name, kind in ids.items()})
    taken = {row.method for row in OPERATIONS if row.path == path}
    client = Program(key_of(mercy)).client
    for method in set(METHODS) - taken:
        assert getattr(client, method.lower())(address).status_code == 405, method
        assert getattr(Client(), method.lower())(address).status_code == 401, method


@pytest.mark.parametrize("path", sorted(OPEN))
def test_addresses_without_a_key_tell_of_nobody(path, mercy, lakeside, reader, client_of):
    things_of(mercy)
    answers = [
        Client().get(path),
        client_of(reader).get(path),
        Program(key_of(lakeside)).client.get(path),
    ]
    assert {answer.status_code for answer in answers} == {200}
    bodies = {re.sub(rb'data-now="[^"]+"', b"", answer.content) for answer in answers}
    assert len(bodies) == 1
    assert Client().post(path).status_code == 405


def test_the_proof_counts_every_operation():
    assert operations_ask_for_a_scope() == Found(len(operations()), [])


def test_the_proof_names_an_operation_without_a_scope(monkeypatch):
    monkeypatch.setattr(Recordings, "scopes", {})
    assert operations_ask_for_a_scope().faults == ["GET /api/v1/recordings asks for no scope"]
