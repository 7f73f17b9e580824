"""People from a file: checked line by line, applied once however often it is sent."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.tenants.models import Invitation, Membership, Site
from tests.admin.people import events, signed_in
from tests.database import committed
from tests.factories import inside

pytestmark = committed

PAGE = "/admin/tenants/invitation/import/"
HEAD = "email,name,role,site\n"
FILE = HEAD + "a@x.test,Dr Ann A,reader,Ward 7\nb@x.test,Ben B,Technician,\n"


@pytest.fixture
def ward(mercy):
    with inside(mercy):
        return Site.objects.create(organization=mercy, name="Ward 7")


@pytest.fixture
def browser(admin_user, ward):
    return signed_in(admin_user)


def check(browser, text):
    data = text if isinstance(text, bytes) else text.encode()
    return browser.post(PAGE, {"file": SimpleUploadedFile("people.csv", data)})


def apply(browser, text):
    return browser.post(PAGE, {"text": text, "apply": "Apply"})


def test_checking_changes_nothing_and_says_what_would_happen(browser, mercy):
    page = check(browser, FILE).content.decode()
    assert page.count("Will be invited") == 2
    with inside(mercy):
        assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_applying_invites_each_once_however_often(browser, mercy, ward):
    for _ in range(2):
        assert apply(browser, FILE).status_code == 302
    with inside(mercy):
        found = {i.email: (i.role, i.site_id) for i in Invitation.objects.all()}
    assert found == {"a@x.test": ("reader", ward.pk), "b@x.test": ("technician", None)}
    assert [message.to for message in mail.outbox] == [["a@x.test"], ["b@x.test"]]
    assert check(browser, FILE).content.decode().count("Nothing to do") == 2


def test_a_member_gets_the_role_of_the_file(browser, mercy, reader, ward):
    text = f"{HEAD}{reader.email.upper()},,technician,ward 7\n"
    assert "Role or site will change" in check(browser, text).content.decode()
    apply(browser, text)
    with inside(mercy):
        member = Membership.objects.get(user=reader)
    assert (member.role, member.site_id) == ("technician", ward.pk)
    assert len(events(mercy, "tenants.membership.imported")) == 1
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nobody,,reader,", "no e-mail address"),
        ("a@x.test,,doctor,", "Unknown role"),
        ("a@x.test,,reader,Ward 9", "no site of that name"),
        ("a@x.test,=HYPERLINK(1),reader,", "formula"),
        ("@x.test,,reader,", "formula"),
        ("a@x.test, +1,reader,", "formula"),
        ("a@x.test,A,reader,,more", "too many or too few"),
        ("a@x.test,A", "too many or too few"),
        (f"a@x.test,{'A' * 151},reader,", "150 letters"),
    ],
)
def test_a_wrong_line_is_named_and_left_out(browser, mercy, line, problem):
    text = f"{HEAD}good@x.test,,reader,\n{line}\n"
    page = check(browser, text).content.decode()
    assert problem in page
    assert "1 left out" in page
    apply(browser, text)
    with inside(mercy):
        assert [i.email for i in Invitation.objects.all()] == ["good@x.test"]


def test_an_address_twice_and_the_own_one_are_left_out(browser, admin_user):
    text = f"{HEAD}a@x.test,,reader,\nA@x.test,,reader,\n{admin_user.email},,reader,\n"
    page = check(browser, text).content.decode()
    assert "on a line above" in page
    assert "own role" in page


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"name,role\n", "must name the columns"),
        (HEAD.replace("site", "password"), "must name the columns"),
        (HEAD + '"a@x.test', "no CSV file"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (HEAD + "a@x.test,,reader,\n" * 1001, "1000 lines"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(browser, data, problem):
    assert problem in check(browser, data).content.decode()


def test_a_byte_order_mark_does_no_harm(browser):
    assert check(browser, b"\xef\xbb\xbf" + FILE.encode()).content.count(b"Will be invited") == 2


def test_a_reader_imports_nobody(reader):
    assert signed_in(reader).get(PAGE).status_code == 403
