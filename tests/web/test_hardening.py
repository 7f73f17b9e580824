"""What every answer carries and every request must bring, over all routes there are."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from apps.web.middleware import CSP, HEADERS
from tests.admin.people import events
from tests.database import committed
from tests.each import check_each, labels_of, parts_of
from tests.factories import PASSWORD
from tests.web.addresses import NO_TOKEN, addresses

pytestmark = committed

# Routes that other methods than GET, HEAD and POST are meant for; none so far.
TAKE_MORE: set[str] = set()
# Routes that know their caller by a key in a header or by a signed answer, never by a cookie.
WITHOUT_COOKIE = {"sso-acs", "upload-part"}
OF_PROGRAMS = "api:"
# Every address there is, shared out.
PARTS = parts_of(list(addresses()), 16)

CROSS_ORIGIN = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def browser(client_of, admin_user):
    client = client_of(admin_user)
    client.raise_request_exception = False
    return client


def assert_hardened(answer):
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert {name: answer[name] for name in CROSS_ORIGIN} == CROSS_ORIGIN
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cache-Control"] == "no-store"


def assert_signed_in(client):
    """Whatever was asked for, it was asked by somebody who may go on asking."""
    assert client.get(reverse("worklist")).status_code == 200


@pytest.mark.parametrize("part", PARTS, ids=labels_of(PARTS))
def test_every_answer_is_hardened_whoever_asks_and_however(client_of, admin_user, part):
    def ask(address):
        # A new session each: to sign out is among what is asked.
        browser = client_of(admin_user)
        browser.raise_request_exception = False
        for client in (browser, Client()):
            for method in ("get", "post", "head"):
                answer = getattr(client, method)(address[1])
                assert answer.status_code < 500
                assert answer.status_code != 429
                assert_hardened(answer)

    check_each(part, ask)
    assert_signed_in(client_of(admin_user))


def test_the_policy_is_the_one_the_pages_were_made_for():
    wanted = {
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "img-src 'self' data:",
    }
    assert set(CSP.split("; ")) == wanted
    assert HEADERS["Content-Security-Policy"] == CSP


def boom(*_):
    raise ValueError("SELECT secret FROM table")


ERRORS = {
    400: lambda client: client.get("/recordings/x", headers={"host": "evil.example"}),
    403: lambda client: client.get(reverse("admin:billing_price_delete", args=[1])),
    404: lambda client: client.get("/nothing"),
    405: lambda client: client.put(reverse("worklist")),
    413: lambda client: client.post(
        reverse("organizations"), bytes(2 * 1024 * 1024), content_type="text/plain"
    ),
    500: lambda client: client.get(reverse("worklist")),
}


@pytest.mark.parametrize("status", sorted(ERRORS))
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_error_is_hardened_and_tells_nothing(browser, monkeypatch, status, accept):
    monkeypatch.setattr("apps.web.views.worklist.asked.choices", boom)
    browser.defaults["HTTP_ACCEPT"] = accept
    answer = ERRORS[status](browser)
    assert answer.status_code == status
    assert_hardened(answer)
    for word in (b"Traceback", b"SELECT", b"ValueError", b"Django", b"apps/"):
        assert word not in answer.content


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X"])
def test_no_route_takes_another_method(browser, method):
    for name, path in addresses():
        if name not in TAKE_MORE:
            answer = browser.generic(method, path)
            refused = {401, 405} if name.startswith(OF_PROGRAMS) else {302, 403, 404, 405}
            assert answer.status_code in refused, (name, answer.status_code)


def test_a_method_nobody_knows_is_refused_before_anything(browser):
    answer = browser.generic("TRACE", reverse("worklist"), headers={"cookie-like": "x"})
    assert answer.status_code == 405
    assert b"cookie-like" not in answer.content


@pytest.mark.parametrize("part", PARTS, ids=labels_of(PARTS))
def test_no_route_takes_a_form_without_its_token(admin_user, settings, part):
    # A status of its own: a role that may not is refused with 403 too.
    settings.CSRF_FAILURE_VIEW = "tests.web.addresses.without_token"
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    def ask(address):
        name, path = address
        if name in WITHOUT_COOKIE or name.startswith(OF_PROGRAMS):
            return
        assert client.post(path).status_code == NO_TOKEN
        for method in ("put", "patch", "delete"):
            assert getattr(client, method)(path).status_code in {NO_TOKEN, 405}, method

    check_each(part, ask)
    assert_signed_in(client)


def test_with_its_token_the_same_form_is_taken(reader, mercy):
    client = Client(enforce_csrf_checks=True)
    shown = client.get(reverse("sign-in"))
    form = {"username": reader.email, "password": PASSWORD}
    assert client.post(reverse("sign-in"), form).status_code == 403
    form["csrfmiddlewaretoken"] = shown.context["csrf_token"]
    assert client.post(reverse("sign-in"), form).status_code == 302


def test_a_form_that_is_too_long_is_refused_with_413(browser, settings, mercy):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    form = "application/x-www-form-urlencoded"
    answers = [
        browser.post(reverse("organizations"), f"x={'y' * size}", content_type=form)
        for size in (500, 2000)
    ]
    assert [answer.status_code for answer in answers] == [302, 413]
    assert b"Too large" in answers[1].content
    [event] = events(mercy, "web.request.refused")
    assert '"status": 413' in event.details


def test_a_request_longer_than_any_upload_is_refused_without_reading_all_of_it(browser, settings):
    class Endless:
        size = 0

        def read(self, size):
            self.size += size
            return bytes(size)

        readline = read

    sender, settings.MAX_UPLOAD_BYTES = Endless(), 100_000
    stated = {"CONTENT_LENGTH": str(10**12), "wsgi.input": sender}
    assert browser.generic("POST", reverse("upload-files"), **stated).status_code == 413
    assert sender.size <= 2 * 100_000


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "%2F%2Fevil.example",
        "\t//evil.example",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(client, reader, wanted):
    form = {"username": reader.email, "password": PASSWORD, "next": wanted}
    for answer in (
        client.post(reverse("sign-in"), form),
        client.get(reverse("sign-in"), {"next": wanted}),
    ):
        assert answer.status_code == 302
        # Browsers read a backslash as a slash.
        there = urljoin("https://testserver/sign-in", answer.url.replace("\\", "/"))
        assert urlsplit(there).netloc == "testserver"


def test_the_admins_door_leads_nowhere_else(client, browser):
    for visitor in (client, browser):
        answer = visitor.get(reverse("admin:login"), {"next": "https://evil.example/"})
        assert answer.url.startswith("/sign-in?next=")
    fetched = browser.get(answer.url)
    assert fetched.url == reverse("worklist")


def test_a_page_polled_from_elsewhere_comes_back_to_a_path_only(client):
    given = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/x?y"}
    answer = client.get(reverse("worklist-counts"), headers=given)
    assert answer["HX-Redirect"] == "/sign-in?next=%2Fx"
