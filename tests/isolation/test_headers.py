"""What headers and cookies name is never another organization's, and elsewhere is nowhere."""

from __future__ import annotations

import re
import uuid
from itertools import cycle
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as configured
from django.db import reset_queries
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.admin.people import entered
from tests.api.keys import Program, key_of
from tests.database import committed
from tests.factories import make_staff, make_user
from tests.isolation.asking import Asker, shown
from tests.isolation.routes import ORGANIZATION_ROLES, PLATFORM_ROLES, ROUTES
from tests.isolation.world import things_of

pytestmark = committed

NOWHERE = uuid.UUID("00000000-0000-4000-8000-000000000000")
READ = re.compile(r"(?:request|req)\.(?:headers|META)(?:\.get\(|\[)\s*\"?([\w-]+)")

# Every header the product or its frame reads that a sender may put a name in.
TRIED = {
    "HTTP_HX_CURRENT_URL": "http://testserver/recordings/{}",
    "HTTP_REFERER": "http://testserver/recordings/{}",
    "HTTP_IF_MATCH": '"{}"',
    "HTTP_IF_NONE_MATCH": '"{}"',
    "HTTP_IDEMPOTENCY_KEY": "{}",
    "HTTP_X_FORWARDED_HOST": "{}.example",
    "HTTP_AUTHORIZATION": "Bearer {}",
    "HTTP_USER_AGENT": "{}",
}
# Read, and of no row: a length, an address, a kind of answer, whether a script asks.
PLAIN = {
    "ACCEPT_ENCODING", "CONTENT_LENGTH", "HX_REQUEST", "REMOTE_ADDR", "X_FORWARDED_FOR", "X_POLL",
}  # fmt: skip
NAMED_BY_HEADERS = ("report", "organization", "recording")
MEMBERS = tuple(role for role in ORGANIZATION_ROLES if role != "entered")
PLATFORM = (*PLATFORM_ROLES, "unassigned")
NAMED = {"KEY_HEADER": "IDEMPOTENCY_KEY"}


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


def headers_of(things, script):
    """Each header names a thing of another kind; `things` is one id, or the ids by their kinds."""
    named = {
        name: value.format(things[kind] if isinstance(things, dict) else things)
        for (name, value), kind in zip(TRIED.items(), cycle(NAMED_BY_HEADERS), strict=False)
    }
    return named | ({"HTTP_HX_REQUEST": "true"} if script else {})


def without_names(response, thing, things):
    text = "\n".join(shown(response, thing or "no id"))
    for name in things:
        text = text.replace(str(name), "/ID/")
    return text.splitlines()


@pytest.fixture
def askers(mercy, stranger, client_of):
    """Every kind of asker there is, by the role that its answers are looked up by."""
    found = {role: client_of(make_user(mercy, role)) for role in MEMBERS}
    found |= {role: client_of(make_staff(role)) for role in ("operator", "support", "security")}
    found |= {"superuser": client_of(make_staff(is_superuser=True)), "entered": entered(mercy)}
    found |= {"unassigned": client_of(make_staff()), "stranger": client_of(stranger)}
    for client in found.values():
        client.get("/healthz")
    return found | {"anonymous": Client()}


def let_in(row, askers):
    """One asker for each way the row lets somebody in; alike are a member and another one."""
    found = {}
    for role in askers:
        if row.looks_up(role) or row.expected(role, own=True) == 200:
            found.setdefault((row.looks_up(role), role in PLATFORM, role == "stranger"), role)
    return list(found.values())


def combinations(row, askers, turn):
    """Who asks for whose: those who are let in for an own thing and another's, of those who are
    turned away one a row, another each time.
    """
    inside = let_in(row, askers)
    for role in inside:
        yield from ((role, own) for own in ((True, False) if row.looks_up(role) else (True,)))
    if away := [role for role in askers if role not in inside]:
        yield away[turn % len(away)], bool(turn // len(away) % 2)


@pytest.mark.parametrize("script", [False, True])
def test_no_route_tells_headers_of_elsewhere_from_nowhere(worlds, askers, script):
    """Whoever asks, of an own thing or of another's, by a page or by a script."""
    for turn, row in enumerate(row for row in ROUTES if row.method == "GET" or not script):
        reset_queries()
        for role, own in combinations(row, askers, turn):
            mine, theirs = reversed(worlds) if role == "stranger" else worlds
            ask, thing = Asker(row, askers[role]), (mine if own else theirs).get(row.kind, "")
            there, queries = ask(thing, **headers_of(theirs, script))
            nothing, queries_nowhere = ask(thing, **headers_of(NOWHERE, script))
            names = [NOWHERE, *(theirs[kind] for kind in NAMED_BY_HEADERS)]
            answers = [without_names(answer, thing, names) for answer in (there, nothing)]
            assert answers[0] == answers[1], (str(row), role)
            assert queries == queries_nowhere, (str(row), role)


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
