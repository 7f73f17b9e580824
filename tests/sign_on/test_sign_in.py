"""Signing in at the organization's provider: who comes in, to what, and who does not."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.core.management.commands.sweep import do_hourly
from apps.tenants.actions import add_member
from apps.tenants.invitations import Wanted, invite, renew
from apps.tenants.models import (
    ExternalIdentity,
    IdentityDomain,
    Invitation,
    Membership,
    SignOnAnswer,
    User,
)
from apps.tenants.sign_on.accounts import forget_answers, use_answer
from apps.tenants.sign_on.errors import AnswerRefused
from tests.database import committed
from tests.factories import PASSWORD, inside
from tests.sign_on.rows import (
    address_in,
    ask,
    callback_path,
    change,
    is_in,
    local,
    make_member,
    make_oidc_provider,
    sign_in,
)
from tests.web.pages import events

pytestmark = committed


def reasons(organization):
    return [event.details for event in events(organization, "tenants.user.refused")]


def test_a_member_comes_in_and_is_known_from_then_on(client, idp, provider, ada, mercy):
    response = sign_in(client, idp)
    assert response.status_code == 302
    assert response.url == "/worklist"
    assert is_in(client)
    assert [event.actor_id for event in events(mercy, "tenants.user.signed_in")] == [ada.pk]
    assert len(events(mercy, "tenants.identity.linked")) == 1
    again = Client()
    sign_in(again, idp)
    assert is_in(again)
    assert len(events(mercy, "tenants.identity.linked")) == 1


def test_the_page_that_was_asked_for_comes_after(client, idp, provider, ada):
    assert sign_in(client, idp, page="/arrivals").url == "/arrivals"


def test_another_site_never_comes_after(client, idp, provider, ada):
    assert sign_in(client, idp, page="https://evil.example/").url == "/worklist"


def test_known_and_unknown_people_of_the_domain_are_sent_alike(client, provider, ada):
    pages = [ask(Client(), email) for email in ("ada@mercy.example", "nobody@mercy.example")]
    hosts = [address_in(page).partition("&state")[0] for page in pages]
    assert hosts[0] == hosts[1]
    assert ask(client, "ada@nowhere.example").status_code == 400


def test_a_password_is_taken_where_the_organization_allows_it(client, provider, reader):
    reader.email = "reader@mercy.example"
    reader.save()
    response = client.post("/sign-in", {"username": reader.email, "password": PASSWORD})
    assert response.status_code == 302
    assert is_in(client)


def test_a_password_opens_no_organization_that_forbids_it(client, provider, reader, mercy):
    change(provider, password_allowed=False)
    client.post("/sign-in", {"username": reader.email, "password": PASSWORD})
    assert client.get("/worklist").url == "/organizations"
    refused = client.post("/organizations", {"organization": str(mercy.public_id)})
    assert refused.status_code == 403
    assert b"takes single sign-on only" in refused.content
    assert not is_in(client)
    change(provider, is_active=False)
    assert is_in(client)


def test_a_stranger_is_refused_without_saying_why(client, idp, provider, mercy):
    response = sign_in(client, idp)
    assert response.status_code == 403
    assert b"no account here" in response.content
    assert '"code": "no-member"' in reasons(mercy)[0]
    assert not User.objects.filter(email="ada@mercy.example").exists()


def test_a_stranger_joins_where_the_organization_takes_all_it_is_sent(client, idp, provider, mercy):
    change(provider, joins_as="technician")
    sign_in(client, idp)
    assert is_in(client)
    user = User.objects.get(email="ada@mercy.example")
    assert user.full_name == "Dr Ada Federated"
    assert not user.has_usable_password()
    with inside(mercy):
        assert Membership.objects.get(user=user).role == "technician"
    assert len(events(mercy, "tenants.member.joined")) == 1


def invite_ada(organization, by, **changed):
    with inside(organization):
        wanted = Wanted("ada@mercy.example", "reader", full_name="Dr Ada Invited")
        invitation = invite(organization, wanted, by=by)
        renew(invitation, by=by)
        Invitation.objects.update(**(changed or {"state": "open"}))


def test_an_invited_person_comes_in_without_the_link(client, idp, provider, mercy, admin_user):
    invite_ada(mercy, admin_user)
    sign_in(client, idp)
    assert is_in(client)
    user = User.objects.get(email="ada@mercy.example")
    assert (user.full_name, user.has_usable_password()) == ("Dr Ada Invited", False)
    assert len(events(mercy, "tenants.invitation.accepted")) == 1


def test_an_invitation_without_a_name_takes_the_providers(client, idp, provider, mercy, admin_user):
    invite_ada(mercy, admin_user, full_name="")
    sign_in(client, idp)
    assert User.objects.get(email="ada@mercy.example").full_name == "Dr Ada Federated"


@pytest.mark.parametrize(
    "changed",
    [{"state": "withdrawn"}, {"sent_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}],
    ids=str,
)
def test_an_invitation_that_is_over_lets_nobody_in(
    changed, client, idp, provider, mercy, admin_user
):
    invite_ada(mercy, admin_user, **changed)
    assert sign_in(client, idp).status_code == 403


def test_platform_staff_are_not_invited_in_this_way(client, idp, provider, mercy, admin_user):
    staff = make_member(mercy)
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    invite_ada(mercy, admin_user)
    assert sign_in(client, idp).status_code == 403
    assert events(mercy, "tenants.invitation.accepted") == []


@pytest.mark.parametrize("joins_as", ["", "technician"])
def test_a_person_of_elsewhere_is_not_taken_over(joins_as, client, idp, provider, lakeside, mercy):
    make_member(lakeside, "ada@mercy.example")
    change(provider, joins_as=joins_as)
    assert sign_in(client, idp).status_code == 403
    assert '"code": "no-member"' in reasons(mercy)[0]


def test_a_person_of_two_organizations_is_in_the_one_that_sent(
    client, idp, provider, ada, mercy, lakeside
):
    with inside(lakeside):
        add_member(lakeside, ada, "administrator")
    sign_in(client, idp)
    assert is_in(client)
    assert b"Lakeside" not in client.get("/organizations").content
    asked = client.post("/organizations", {"organization": str(lakeside.public_id)})
    assert asked.status_code == 403
    assert client.session["organization"] == mercy.pk
    session = client.session
    session["organization"] = lakeside.pk
    session.save()
    assert b"Mercy" in client.get("/worklist").content


def test_an_administrator_unlinks_a_person_who_is_then_linked_anew(
    client, client_of, idp, provider, ada, mercy, admin_user
):
    sign_in(client, idp)
    page = f"/admin/tenants/user/{ada.pk}/unlink/"
    browser = client_of(admin_user)
    assert [browser.post(page).status_code for _ in range(2)] == [302, 403]
    assert client.get("/worklist").url.startswith("/sign-in")
    assert [event.actor for event in events(mercy, "tenants.identity.unlinked")] == [admin_user]
    sign_in(client, idp)
    assert is_in(client)
    assert len(events(mercy, "tenants.identity.linked")) == 2


def test_answers_are_removed_once_no_browser_waits_for_them(client, idp, provider, ada, mercy):
    sign_in(client, idp)
    forget_answers()
    with inside(mercy):
        assert SignOnAnswer.objects.count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=430)):
        do_hourly()
    with inside(mercy):
        assert not SignOnAnswer.objects.exists()


@pytest.mark.parametrize(
    "given", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
)
def test_only_ordinary_accounts_come_in_this_way(given, client, idp, provider, ada, mercy):
    User.objects.filter(pk=ada.pk).update(**given)
    assert sign_in(client, idp).status_code == 403
    assert '"code": "no-member"' in reasons(mercy)[0]


def test_who_was_put_out_stays_out(client, idp, provider, ada, mercy):
    sign_in(Client(), idp)
    change(provider, joins_as="reader")
    with inside(mercy):
        Membership.objects.filter(user=ada).update(is_active=False)
    assert sign_in(client, idp).status_code == 403


@pytest.mark.parametrize(
    ("sub", "reason"),
    [("eve-1", "address-not-vouched-for"), ("una-1", "address-not-vouched-for")],
)
def test_an_address_that_is_not_vouched_for_lets_nobody_in(
    sub, reason, client, idp, provider, mercy
):
    for email in ("eve@elsewhere.example", "una@mercy.example"):
        make_member(mercy, email)
    assert sign_in(client, idp, sub=sub).status_code == 403
    assert f'"code": "{reason}"' in reasons(mercy)[0]


def test_a_domain_nobody_confirmed_leads_nowhere(client, idp, provider, ada, mercy):
    page = address_in(ask(client))
    with inside(mercy):
        IdentityDomain.objects.update(is_confirmed=False)
    assert ask(Client()).status_code == 400
    assert client.get(local(idp.answer(page))).status_code == 403
    assert '"code": "address-not-vouched-for"' in reasons(mercy)[0]


def test_a_second_person_of_the_provider_is_known_as_another(client, idp, provider, ada, mercy):
    sign_in(Client(), idp)
    change(provider, joins_as="reader")
    make_member(mercy, "bob@mercy.example")
    sign_in(client, idp, "bob@mercy.example", "bob-1")
    assert is_in(client)
    with inside(mercy):
        assert ExternalIdentity.objects.count() == 2


def test_another_subject_of_a_known_address_is_refused(client, idp, provider, ada, mercy):
    sign_in(Client(), idp)
    idp.misbehave(claims={"sub": "another-subject"})
    assert sign_in(client, idp).status_code == 403
    assert '"code": "address-of-another-subject"' in reasons(mercy)[0]


def test_another_organizations_provider_cannot_vouch_for_our_people(
    client, idp, provider, ada, lakeside
):
    """Its administrator names our domain, and its provider says it is Ada."""
    theirs = make_oidc_provider(lakeside, idp, domain="lakeside.example", joins_as="reader")
    page = address_in(ask(client, "anyone@lakeside.example"))
    assert client.get(local(idp.answer(page))).status_code == 403
    assert '"code": "address-not-vouched-for"' in reasons(lakeside)[0]
    with inside(lakeside):
        row = IdentityDomain.objects.get(provider=theirs)
        row.name = "mercy.example"
        row.save()
    page = address_in(ask(client))
    assert provider.issuer in page


def test_an_answer_of_one_provider_is_not_taken_at_another(client, idp, provider, ada, lakeside):
    theirs = make_oidc_provider(lakeside, idp, domain="lakeside.example")
    answer = local(idp.answer(address_in(ask(client))))
    moved = answer.replace(str(provider.public_id), str(theirs.public_id))
    assert client.get(moved).status_code == 403
    assert not is_in(client)


def test_an_answer_is_used_once_and_by_the_browser_that_asked(client, idp, provider, ada, mercy):
    answer = local(idp.answer(address_in(ask(client))))
    assert Client().get(answer).status_code == 403
    assert client.get(answer).status_code == 302
    client.post("/sign-out")
    assert client.get(answer).status_code == 403
    assert {'{"code": "answers-nothing-asked", "source": "oidc"}'} == set(reasons(mercy))


def test_an_answer_that_was_used_is_used_no_second_time(client, idp, provider, ada, mercy):
    client.get(local(idp.answer(address_in(ask(client)))))
    with inside(mercy), pytest.raises(AnswerRefused, match="answered-before"):
        use_answer(SignOnAnswer.objects.get())


def test_an_answer_that_comes_too_late_is_refused(client, idp, provider, ada, mercy):
    answer = local(idp.answer(address_in(ask(client))))
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=301)):
        assert client.get(answer).status_code == 403
    assert not is_in(client)


def test_a_provider_out_of_use_is_nowhere(client, idp, provider, ada):
    answer = local(idp.answer(address_in(ask(client))))
    change(provider, is_active=False)
    assert client.get(answer).status_code == 404
    assert client.get(callback_path("00000000-0000-4000-8000-000000000000")).status_code == 404
    assert ask(client).status_code == 400


def test_a_provider_that_does_not_answer_is_said_so(client, provider, ada, mercy, settings):
    settings.EGRESS_INTERNAL_HOSTS = ["127.0.0.1:1"]
    change(provider, issuer="http://127.0.0.1:1")
    response = ask(client)
    assert response.status_code == 503
    assert b"Nothing you wrote is lost" in response.content
    (event,) = events(mercy, "tenants.provider.failed")
    assert '"code": "egress-connection"' in event.details


def test_nothing_secret_is_logged(client, idp, provider, ada, log_text):
    answer = local(idp.answer(address_in(ask(client))))
    client.get(answer)
    said = log_text()
    assert "sign-in/sso/" in said
    assert "code=" not in said
    assert not [value for value in answer.partition("?")[2].split("&") if value[6:] in said]
