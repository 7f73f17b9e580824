"""What headers and cookies name is never another organization's, and elsewhere is nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.api.keys import Program, key_of
from tests.database import committed
from tests.isolation.asking import Asker, shown
from tests.isolation.naming import NOWHERE, TRIED, names_in_headers, without_names
from tests.isolation.routes import ROUTES
from tests.isolation.world import things_of

pytestmark = committed

READ = re.compile(r"(?:request|req)\.(?:headers|META)(?:\.get\(|\[)\s*\"?([\w-]+)")

# Read, and of no row: a length, an address, a kind of answer, whether a script asks, when and why.
PLAIN = {
    "ACCEPT_ENCODING", "CLIENT_CERT", "CONTENT_DIGEST", "CONTENT_LENGTH", "HX_REQUEST",
    "QUERY_STRING", "REMOTE_ADDR", "SIGNATURE", "SIGNATURE_INPUT", "X_FORWARDED_FOR", "X_POLL",
    "X_PURPOSE_OF_USE", "X_TIMESTAMP",
}  # fmt: skip
NAMED = {
    "DIGEST": "CONTENT_DIGEST", "header": "CLIENT_CERT", "INPUT": "SIGNATURE_INPUT",
    "KEY_HEADER": "IDEMPOTENCY_KEY",
    "NONCE": "X_NONCE", "PURPOSE": "X_PURPOSE_OF_USE",
    "SENDER": "X_SENDER", "TIMESTAMP": "X_TIMESTAMP",
}  # fmt: skip


def test_every_header_that_is_read_is_tried():
    found = set()
    for path in Path(configured.BASE_DIR, "apps").rglob("*.py"):
        for name in READ.findall(path.read_text()):
            found.add(NAMED.get(name, name.upper().replace("-", "_").removeprefix("HTTP_")))
    tried = {name.removeprefix("HTTP_") for name in TRIED}
    assert found >= PLAIN
    assert found - PLAIN <= tried


@pytest.fixture
def worlds(mercy, lakeside):
    """Time stands still: a session's minute that ends between two requests is no difference."""
    things = things_of(mercy), things_of(lakeside)
    with time_machine.travel(timezone.now(), tick=False):
        yield things


def test_no_route_tells_a_script_of_elsewhere_from_nowhere(worlds, client_of, reader):
    """Every role asks every route with such headers in `test_routes`; scripts are told less."""
    mine, theirs = worlds
    things, client = sorted(theirs.values(), key=str), client_of(reader)
    client.get("/healthz")
    for turn, row in enumerate(row for row in ROUTES if row.looks_up("reader")):
        ask, thing = Asker(row, client), mine.get(row.kind, "")
        ask(thing)  # what a process looks up once
        answers = []
        for named in (things, [NOWHERE]):
            headers = names_in_headers(named, turn) | {"HTTP_HX_REQUEST": "true"}
            answer, queries = ask(thing, **headers)
            told = without_names(shown(answer, thing or "no id"), [*things, NOWHERE])
            answers.append((told, queries))
        assert answers[0] == answers[1], str(row)


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_no_host_leads_to_an_organization(lakeside, client_of, reader, header):
    client = client_of(reader)
    client.get("/healthz")
    ask = Asker(next(row for row in ROUTES if row.name == "worklist"), client)
    names = f"{lakeside.slug}.testserver", "nowhere.testserver"
    answers = [ask("", **{header: name}) for name in names]
    there, nothing = [shown(answer, name) for (answer, _), name in zip(answers, names, strict=True)]
    assert there == nothing
    assert answers[0][1] == answers[1][1]
    assert answers[0][0].status_code == (400 if header == "HTTP_HOST" else 200)


def test_another_organizations_session_opens_nothing_of_this_one(
    worlds, client_of, stranger, settings
):
    """Whoever carries it is its owner: this organization's things are nowhere."""
    mine, _ = worlds
    carrier = Client()
    carrier.cookies[settings.SESSION_COOKIE_NAME] = client_of(stranger).session.session_key
    carrier.get("/healthz")
    for row in (row for row in ROUTES if row.kind in mine and row.looks_up("stranger")):
        ask = Asker(row, carrier)
        (here, queries), (nothing, queries_nowhere) = ask(mine[row.kind]), ask(NOWHERE)
        assert here.status_code == row.elsewhere, str(row)
        assert shown(here, mine[row.kind]) == shown(nothing, NOWHERE), str(row)
        assert queries == queries_nowhere, str(row)


def test_a_session_that_ended_elsewhere_is_one_that_never_was(
    worlds, client_of, stranger, settings
):
    browser = client_of(stranger)
    ended = browser.session.session_key
    browser.logout()
    for row in (row for row in ROUTES if row.kind and row.method == "GET"):
        thing, answers = worlds[0][row.kind], []
        for key in (ended, "a" * 32):
            carrier = Client()
            carrier.cookies[settings.SESSION_COOKIE_NAME] = key
            answers.append(Asker(row, carrier)(thing))
        assert shown(answers[0][0], thing) == shown(answers[1][0], thing), str(row)
        assert answers[0][1] == answers[1][1], str(row)


def test_a_link_of_another_session_is_as_good_as_a_forged_one_on_the_pages(
    worlds, client_of, reader, stranger, settings
):
    settings.DOWNLOAD_ORIGIN = "https://files.example"
    settings.ALLOWED_HOSTS = ["testserver", "files.example"]
    leads = client_of(stranger).get(reverse("report-pdf", args=[worlds[1]["version"]])).url
    theirs, forged = leads.partition("link=")[2], "a" * 32
    client = client_of(reader)
    client.get("/healthz")
    row = next(row for row in ROUTES if row.name == "download")
    answers = [Asker(row, client)("", QUERY_STRING=f"link={link}") for link in (theirs, forged)]
    assert shown(answers[0][0], theirs) == shown(answers[1][0], forged)
    assert answers[0][1] == answers[1][1]
    assert answers[0][0].status_code == 404


@pytest.mark.parametrize("header", ["If_Match", "Referer", "X_Forwarded_Host"])
def test_no_header_changes_what_a_program_is_given(worlds, mercy, header):
    program = Program(key_of(mercy))
    program.get("recordings")
    theirs = worlds[1]["recording"]
    bodies = [
        program.client.get("/api/v1/recordings", headers={header.replace("_", "-"): str(name)})
        for name in (theirs, NOWHERE)
    ]
    assert [answer.status_code for answer in bodies] == [200, 200]
    assert bodies[0].content == bodies[1].content
    assert str(theirs) not in bodies[0].content.decode()
