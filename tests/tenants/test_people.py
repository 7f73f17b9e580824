"""People, their memberships, and what a role may do."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError
from django.http import Http404

from apps.core.scope import organization_scope
from apps.tenants.access import Active
from apps.tenants.actions import add_member, get_or_create_user
from apps.tenants.command import organization_id_of
from apps.tenants.lookups import MembershipEntry, memberships_of
from apps.tenants.models import Membership, User
from apps.tenants.queries import choices_for, get_choice_to_enter, permit
from tests.database import committed
from tests.factories import PASSWORD, inside, make_user


@pytest.mark.parametrize("active", [None, Active(1, "technician"), Active(1, "visitor")])
def test_what_is_not_permitted_is_refused(active):
    with pytest.raises(PermissionDenied):
        permit(active, "sign_report")
    permit(Active(1, "reader"), "sign_report")


@committed
def test_a_person_of_two_organizations_has_a_role_in_each(mercy, lakeside, reader):
    with inside(lakeside):
        add_member(lakeside, reader, "technician")
    assert sorted(memberships_of(reader.pk), key=lambda entry: entry.role) == [
        MembershipEntry(mercy.pk, "reader"),
        MembershipEntry(lakeside.pk, "technician"),
    ]


@committed
def test_an_ended_membership_opens_nothing(mercy, reader):
    with inside(mercy):
        Membership.objects.filter(user=reader).update(is_active=False)
    assert memberships_of(reader.pk) == []
    with inside(mercy):
        add_member(mercy, reader, "technician")
        assert Membership.objects.filter(user=reader).count() == 1
    assert memberships_of(reader.pk) == [MembershipEntry(mercy.pk, "technician")]


@committed
def test_a_person_chooses_among_their_own_organizations_by_name(mercy, lakeside, reader, stranger):
    with inside(lakeside):
        add_member(lakeside, reader, "technician")
    choices = choices_for(reader)
    assert [choice.organization.name for choice in choices] == ["Lakeside", "Mercy"]
    assert [choice.role_name for choice in choices] == ["Technician", "Reader"]
    assert [choice.organization.name for choice in choices_for(stranger)] == ["Lakeside"]


@committed
def test_an_organization_that_is_not_theirs_is_none(mercy, lakeside, stranger):
    assert get_choice_to_enter(stranger, lakeside.public_id).role == "reader"
    with pytest.raises(Http404):
        get_choice_to_enter(stranger, mercy.public_id)


@committed
def test_one_address_is_one_person_whatever_its_case(db):
    made = get_or_create_user("Ada@Example.test", "Ada", PASSWORD)
    again = get_or_create_user("ada@example.TEST", "Somebody else", "another password")
    assert made == again
    assert again.full_name == "Ada"
    assert again.check_password(PASSWORD)
    assert User.objects.filter(email__iexact="ada@example.test").count() == 1


@committed
def test_a_user_without_a_password_cannot_prove_who_they_are(db):
    person = get_or_create_user("no-password@example.test", "Nobody", None)
    assert not person.has_usable_password()
    assert not person.check_password("")


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Dr Ada Okafor", "AO"), ("Cher", "C"), ("", "?"), ("Ann-Marie de Vries (locum)", "DV")],
)
def test_initials_are_those_of_the_last_two_names(name, initials):
    assert User(full_name=name).initials == initials


@committed
def test_a_command_for_no_organization_says_so(mercy):
    assert organization_id_of("mercy") == mercy.pk
    with pytest.raises(CommandError, match="no organization “nowhere”"):
        organization_id_of("nowhere")


@committed
def test_members_of_one_organization_are_not_seen_in_another(mercy, lakeside, reader):
    with organization_scope(lakeside.pk):
        assert not Membership.objects.filter(user=reader).exists()
    make_user(lakeside)
    with inside(mercy):
        assert Membership.objects.count() == 1


@committed
def test_a_session_of_an_organization_that_was_left_moves_to_no_other(
    mercy, lakeside, reader, client_of
):
    with inside(lakeside):
        add_member(lakeside, reader, "technician")
    client = client_of(reader)
    client.post("/organizations", {"organization": str(mercy.public_id)})
    assert client.get("/worklist").status_code == 200
    with inside(mercy):
        Membership.objects.filter(user=reader).update(is_active=False)
    assert client.get("/worklist").url == "/organizations"
