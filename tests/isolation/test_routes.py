"""Every address answers every role as the table says, and never tells elsewhere from nowhere."""

from __future__ import annotations

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.admin.people import entered
from tests.database import committed
from tests.each import check_each, labels_of, parts_of
from tests.factories import make_staff, make_user
from tests.isolation.admin_routes import TOOLS, admin_routes
from tests.isolation.asking import Asker, shown
from tests.isolation.naming import NOWHERE, names_in_headers, without_names
from tests.isolation.routes import (
    ORGANIZATION_ROLES,
    PLATFORM_ROLES,
    ROLES,
    ROUTES,
)
from tests.isolation.world import admin_row, things_of

# Platform staff read by the platform role, which sees what is committed.
pytestmark = committed

NO_KEY = 10**9
REGISTERED = sorted(model._meta.label_lower for model in admin.site._registry)
# Every request is undone, so rows share the people and the things they ask for.
PARTS = parts_of(ROUTES, 16)
PARTS_OF_ADMIN = parts_of(REGISTERED, 14)

# Redirects and lists of names only; the catch-all answers what no other address does.
UNNAMED = {"^(?P<url>.*)$", "<path:object_id>/", "(?P<url>.*)$"}
NAMED_ELSEWHERE = {
    "admin:app_list",
    # By tests/admin/test_profiles.py.
    "admin:ingestion_vendorprofile_live",
    "admin:ingestion_vendorprofile_retire",
    "admin:ingestion_vendorprofile_sample",
    "admin:ingestion_vendorprofile_version",
    # By test_nobody_of_an_organization_reaches_the_tools.
    "admin:tenants_storagelocation_test",
    "admin:tenants_storagelocation_secret",
    "admin:tenants_storagelocation_move",
    "account_reset_password_from_key",
    # Asked without session or key: tests/uploads.
    "upload-part",
    "invitation",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}
# Asked as programs ask, in a table of their own.
OF_PROGRAMS = "api:"


def names_of(patterns, namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names_of(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"
        else:
            assert str(pattern.pattern) in UNNAMED, pattern


def test_every_route_is_in_the_table():
    listed = {row.name for row in (*ROUTES, *TOOLS)}
    listed |= {row.name for label in REGISTERED for row in admin_routes(label)}
    named = set(names_of(get_resolver().url_patterns)) - NAMED_ELSEWHERE
    assert {name for name in named if not name.startswith(OF_PROGRAMS)} == listed


def test_every_route_is_asked_by_both_methods():
    asked = {(row.name, row.method) for row in (*ROUTES, *TOOLS)}
    assert asked == {(name, method) for name, _ in asked for method in ("GET", "POST")}


def test_every_role_is_in_every_row():
    rows = [*ROUTES, *TOOLS, *(row for label in REGISTERED for row in admin_routes(label))]
    assert [str(row) for row in rows if set(row.statuses) != set(ROLES)] == []


@pytest.fixture
def people(mercy, stranger, client_of):
    """Time stands still: a session's minute that ends between two requests is no difference."""
    with time_machine.travel(timezone.now(), tick=False):
        yield everyone_in(mercy, stranger, client_of)


def everyone_in(mercy, stranger, client_of):
    users = {role: make_user(mercy, role) for role in ORGANIZATION_ROLES if role != "entered"}
    users |= {role: make_staff(role) for role in PLATFORM_ROLES if role != "superuser"}
    users |= {"superuser": make_staff(is_superuser=True), "unassigned": make_staff()}
    clients = {role: client_of(user) for role, user in (users | {"stranger": stranger}).items()}
    clients["entered"] = entered(mercy)
    for client in clients.values():
        client.get("/healthz")  # the session's first request writes its time
    return clients | {"anonymous": Client()}


def ask_all(row, people, mine, theirs, nowhere, things):
    """`things` are those of mercy and of lakeside: headers name the others', or what is nowhere."""
    for turn, (role, client) in enumerate(people.items()):
        ask = Asker(row, client)
        own, foreign = (theirs, mine) if role == "stranger" else (mine, theirs)
        others = things[role != "stranger"]
        hostile, harmless = names_in_headers(others, turn), names_in_headers([NOWHERE], turn)
        # Who is turned away at the door is asked with other ids as one role of them.
        if not (row.looks(role) or role in ("reader", "unassigned")):
            assert ask.status(own) == row.expected(role, own=True), (str(row), role)
            continue
        plain, queries_plain = ask(own)
        assert plain.status_code == row.expected(role, own=True), (str(row), role)
        elsewhere, queries = ask(foreign, **hostile)
        if not row.kind and queries == queries_plain:
            hidden = [
                without_names(shown(answer, "no id"), others) for answer in (plain, elsewhere)
            ]
            # As if nothing had been named.
            if hidden[0] == hidden[1]:
                continue
        nothing, queries_nowhere = ask(nowhere, **harmless)
        assert nothing.status_code == row.expected(role, own=not row.kind), (str(row), role)
        if role in PLATFORM_ROLES and row.kind:
            # Rows of no organization in particular: what one answers, the other answers.
            assert elsewhere.status_code == row.expected(role, own=True), (str(row), role)
            continue
        asked = (foreign, nowhere) if row.kind else ("no id", "no id")
        told = [
            without_names(shown(answer, thing), [*others, NOWHERE])
            for answer, thing in zip((elsewhere, nothing), asked, strict=True)
        ]
        assert told[0] == told[1], (str(row), role)
        assert queries == queries_nowhere, (str(row), role)


REFUSALS = {
    "Not allowed": (403, "admin:billing_price_delete", [1]),
    "Nothing here": (404, "", []),
    "Not a page": (405, "template", [NOWHERE]),
}


@pytest.mark.parametrize("title", sorted(REFUSALS))
def test_a_refusal_is_drawn_for_everyone(people, title):
    status, name, keys = REFUSALS[title]
    for role, client in people.items():
        answer = client.get(reverse(name, args=keys) if name else "/nothing")
        assert answer.status_code == (302 if role == "anonymous" and status == 403 else status), (
            role
        )
        assert f'<h1 id="title">{title}</h1>' in answer.content.decode() or role == "anonymous", (
            role
        )


@pytest.mark.parametrize("part", PARTS, ids=labels_of(PARTS))
def test_the_answer_is_the_tables(part, people, mercy, lakeside):
    things = [things_of(place) for place in (mercy, lakeside)]
    named = [sorted(its.values(), key=str) for its in things]

    def ask(row):
        mine, theirs = [its[row.kind] if row.kind else NOWHERE for its in things]
        ask_all(row, people, mine, theirs, NOWHERE, named)

    check_each(part, ask)


def ask_in_admin(rows, people, mine, theirs, places):
    things = [[place.public_id] for place in places]
    check_each(rows, lambda row: ask_all(row, people, mine, theirs, NO_KEY, things))


@pytest.mark.parametrize("part", PARTS_OF_ADMIN, ids=labels_of(PARTS_OF_ADMIN))
def test_the_admins_answer_is_the_tables(part, people, mercy, lakeside, stranger):
    def ask(label):
        member = make_user(mercy)
        mine, theirs = admin_row(label, mercy, member), admin_row(label, lakeside, stranger)
        ask_in_admin(admin_routes(label), people, mine, theirs, [mercy, lakeside])

    check_each(part, ask)


@pytest.mark.parametrize("label", sorted({row.kind for row in TOOLS}))
def test_the_tools_answer_is_the_tables(label, people, mercy, lakeside, stranger):
    member = make_user(mercy)
    mine, theirs = (
        (admin_row(label, mercy, member), admin_row(label, lakeside, stranger))
        if label
        else (NO_KEY, NO_KEY)
    )
    rows = [row for row in TOOLS if row.kind == label]
    ask_in_admin(rows, people, mine, theirs, [mercy, lakeside])
