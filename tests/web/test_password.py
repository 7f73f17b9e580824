"""Passwords: changed, forgotten, refused, and locked out."""

import re

import pytest
from django.core import mail

from apps.tenants.actions import add_member
from apps.tenants.counting import counted_as
from apps.tenants.sessions import sessions_of
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user, organization_of
from tests.sign_on.rows import make_provider
from tests.web.factors import link_in, sign_in
from tests.web.pages import events

pytestmark = committed

NEW = "a quite different pass phrase"
RESET = "/account/reset"


def test_changing_it_ends_the_other_sessions(client_of, client, reader, mercy, mailoutbox):
    sign_in(client, reader)
    other = client_of(reader)
    other.get("/worklist")
    form = {"oldpassword": "correct horse battery staple", "password1": NEW, "password2": NEW}
    assert client.post("/account/password", form).url == "/account/second-factor"
    assert client.get("/worklist").status_code == 200
    assert [session.is_this for session in sessions_of(reader, client.session.session_key)] == [
        True
    ]
    assert other.get("/worklist").url.startswith("/sign-in")
    assert len(events(mercy, "tenants.user.password_changed")) == 1
    assert [message.to for message in mailoutbox] == [[reader.email]]


def test_who_has_none_is_told_so(client_of, reader):
    reader.set_unusable_password()
    reader.save()
    answer = client_of(reader).get("/account/password", follow=True)
    assert "You have no password here" in answer.content.decode()


BLANKS = "  a pass phrase with blanks  "


def test_blanks_are_part_of_a_password(client, client_of, reader, admin_user, mailoutbox):
    form = {"oldpassword": "correct horse battery staple", "password1": BLANKS, "password2": BLANKS}
    client_of(reader).post("/account/password", form)
    client.post(RESET, {"email": admin_user.email})
    chosen = client.get(link_in(mailoutbox[-1])).url
    client.post(chosen, {"password1": BLANKS, "password2": BLANKS})
    for person in (reader, admin_user):
        assert sign_in(client, person, BLANKS.strip()).status_code == 400
        assert sign_in(client, person, BLANKS).url == "/worklist"
        client.post("/sign-out")


def test_a_weak_one_is_refused(client_of, reader):
    client = client_of(reader)
    form = {"oldpassword": "correct horse battery staple", "password1": "short", "password2": "x"}
    assert client.post("/account/password", form).status_code == 200
    reader.refresh_from_db()
    assert reader.check_password("correct horse battery staple")


def test_asking_for_a_link_answers_alike_whoever_asks(client, reader, mailoutbox):
    gone = make_user(None, is_active=False)
    answers = []
    for email in (reader.email, "nobody@example.test", gone.email):
        response = client.post(RESET, {"email": email})
        answers.append((response.status_code, response.url, len(response.content)))
    assert len(set(answers)) == 1
    assert [message.to for message in mailoutbox] == [[reader.email]]


def test_the_link_sets_a_new_one_once_and_signs_out_everywhere(client, client_of, reader, mercy):
    inside = client_of(reader)
    inside.get("/worklist")
    client.post(RESET, {"email": reader.email})
    link = link_in(mail.outbox[0])
    page = client.get(link).url
    assert "set-password" in page
    done = client.post(page, {"password1": NEW, "password2": NEW})
    assert done.url == "/account/reset/done"
    assert inside.get("/worklist").url.startswith("/sign-in")
    assert b"This link does not work" in client.get(link).content
    assert sign_in(client, reader, NEW).url == "/worklist"
    assert len(events(mercy, "tenants.user.password_reset")) == 1


@pytest.fixture
def governed(mercy):
    """From now on mercy takes single sign-on only."""
    return lambda: make_provider(mercy, password_allowed=False)


def test_who_is_governed_by_single_sign_on_is_sent_no_link(client, reader, governed, mailoutbox):
    before = client.post(RESET, {"email": reader.email})
    governed()
    after = client.post(RESET, {"email": reader.email})
    assert (after.status_code, after.url) == (before.status_code, before.url)
    assert after.content == before.content
    assert len(mailoutbox) == 1


def test_a_link_of_before_gives_no_password_after(client, reader, governed, mailoutbox):
    client.post(RESET, {"email": reader.email})
    link = link_in(mail.outbox[0])
    page = client.get(link).url
    governed()
    assert b"This link does not work" in client.get(link).content
    client.post(page, {"password1": NEW, "password2": NEW})
    reader.refresh_from_db()
    assert not reader.check_password(NEW)


def test_nor_does_a_change_of_the_old_one(client_of, reader, governed):
    client = client_of(reader)
    governed()
    form = {"oldpassword": "correct horse battery staple", "password1": NEW, "password2": NEW}
    assert client.post("/account/password", form).url == "/account/second-factor"
    reader.refresh_from_db()
    assert not reader.check_password(NEW)


def test_who_works_elsewhere_too_keeps_the_password_for_there(
    client, reader, lakeside, governed, mailoutbox
):
    with inside(lakeside):
        add_member(lakeside, reader, "reader")
    governed()
    client.post(RESET, {"email": reader.email})
    assert [message.to for message in mailoutbox] == [[reader.email]]


def test_a_mail_server_that_is_away_changes_no_answer(client, reader, settings, log_text):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert client.post(RESET, {"email": reader.email}).status_code == 302
    assert '"event": "mail.failed"' in log_text()
    assert reader.email not in log_text()


def test_an_inactive_person_is_answered_as_nobody_is(client):
    gone = make_user(None, is_active=False)
    here, nobody = sign_in(client, gone), sign_in(client, type("P", (), {"email": "x@y.test"}))
    assert here.status_code == nobody.status_code == 400
    assert b"E-mail or password is wrong." in here.content


def test_five_failures_lock_person_and_address_with_the_same_answer(client, reader, technician):
    pages = [sign_in(client, reader, "wrong") for _ in range(5)]
    assert sign_in(client, reader).status_code == 400
    assert b"E-mail or password is wrong." in pages[0].content
    elsewhere = sign_in(client, reader, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.url == "/worklist"
    client.post("/sign-out")
    assert sign_in(client, technician).url == "/worklist"
    platform = organization_of("platform")
    assert len(events(platform, "tenants.user.refused")) == 4
    locked = events(platform, "tenants.user.locked")
    assert {event.object_id for event in locked} == {str(reader.public_id)}


AGAIN = re.compile(r"Too many attempts\. Try again at \d\d:\d\d UTC or ask your administrator\.")


def test_the_door_says_until_when_alike_for_nobody(client, reader):
    stranger = type("P", (), {"email": "nobody@example.test"})
    for person in (reader, stranger):
        for _ in range(4):
            assert not AGAIN.search(sign_in(client, person, "wrong").content.decode())
        for password in ("wrong", PASSWORD):
            refused = sign_in(client, person, password)
            assert refused.status_code == 400
            assert AGAIN.search(refused.content.decode())


def test_however_the_address_is_typed_it_is_counted_as_one(client, reader):
    reader.email = reader.email.upper()
    for _ in range(5):
        sign_in(client, reader, "wrong")
    reader.email = reader.email.lower()
    assert sign_in(client, reader).status_code == 400
    assert counted_as(" A@b.test ") == counted_as("a@B.test")
