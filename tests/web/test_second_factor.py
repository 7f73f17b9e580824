"""Second factors: set up, asked for, counted, required, removed."""

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import AnonymousUser

from apps.core.sealed_text import open_text
from apps.tenants.access import Active
from apps.web.second_factor import FACTOR, lacks_factor
from tests.database import committed
from tests.factories import inside, make_staff, organization_of
from tests.web.factors import SECRET, add_app, code_of, confirm, sign_in
from tests.web.pages import events

pytestmark = committed

ADD = "/account/second-factor/app/add"
ENTER = "/account/second-factor/enter"


@pytest.fixture
def half_minute():
    """It begins now: the code that the app shows is good until the test is over."""
    with time_machine.travel((time.time() // 30 + 1) * 30):
        yield


def factors(user):
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


@pytest.mark.usefixtures("half_minute")
def test_an_app_is_added_after_the_password_and_told_by_mail(client_of, reader, mercy, mailoutbox):
    client = client_of(reader)
    assert client.get(ADD).url.startswith("/account/confirm")
    assert confirm(client).url == "/account/second-factor"
    secret = re.search(r'account-key">(\w+)<', client.get(ADD).content.decode())[1]
    assert client.post(ADD, {"code": "000000"}).status_code == 200
    assert client.post(ADD, {"code": code_of(secret)}).url == "/account/second-factor/codes"
    assert factors(reader) == {"totp", "recovery_codes"}
    assert len(events(mercy, "tenants.factor.added")) == 2
    assert [message.subject for message in mailoutbox] == [
        "Einthoven: An authenticator app was added"
    ]


def test_secrets_are_sealed_in_the_database(reader):
    add_app(reader)
    for row in Authenticator.objects.filter(user=reader):
        assert SECRET not in str(row.data)
        secret = row.data.get("secret") or row.data["seed"]
        assert open_text(secret, "second factor")


def test_the_recovery_codes_are_shown_once(client_of, reader):
    add_app(reader)
    client = client_of(reader)
    confirm(client)
    one = RecoveryCodes(Authenticator.objects.get(user=reader, type="recovery_codes"))
    code = one.get_unused_codes()[0]
    page = "/account/second-factor/codes"
    assert code in client.get(page).content.decode()
    assert code not in client.get(page).content.decode()


@pytest.mark.usefixtures("half_minute")
def test_signing_in_asks_for_a_code_and_takes_each_once(client, reader, mercy):
    add_app(reader)
    assert sign_in(client, reader).url == ENTER
    assert client.get("/worklist").url.startswith("/sign-in")
    code = code_of()
    assert client.post(ENTER, {"code": code}).url == "/worklist"
    assert len(events(mercy, "tenants.user.signed_in")) == 1
    client.post("/sign-out")
    sign_in(client, reader)
    assert client.post(ENTER, {"code": code}).status_code == 400
    assert len(events(mercy, "tenants.factor.failed")) == 1


@pytest.mark.parametrize(("seconds", "status"), [(-1, 400), (0, 302), (29, 302), (30, 400)])
def test_a_code_is_taken_in_its_own_half_minute_only(seconds, status, client, reader):
    add_app(reader)
    with time_machine.travel(1_800_000_000 + seconds, tick=False):
        sign_in(client, reader)
        code = format_hotp_value(hotp_value(SECRET, 1_800_000_000 // 30))
        assert client.post(ENTER, {"code": code}).status_code == status


@pytest.mark.usefixtures("half_minute")
def test_recovery_codes_are_shown_once_and_kept_as_hashes(client, reader):
    add_app(reader)
    sign_in(client, reader)
    client.post(ENTER, {"code": code_of()})
    confirm(client)
    page = client.get("/account/second-factor/codes").content.decode()
    shown = set(re.findall(r"\b\d{8}\b", page))
    assert len(shown) == 10
    kept = Authenticator.objects.get(user=reader, type="recovery_codes").data
    assert set(kept) == {"hashes", "viewed_at"}
    assert not any(code in str(kept) for code in shown)
    assert not re.search(r"\b\d{8}\b", client.get("/account/second-factor/codes").content.decode())
    code = shown.pop()
    for expected in (302, 400):
        client.post("/sign-out")
        sign_in(client, reader)
        assert client.post(ENTER, {"code": code}).status_code == expected


def test_a_recovery_code_opens_once(client, reader):
    add_app(reader)
    row = Authenticator.objects.get(user=reader, type="recovery_codes")
    code = RecoveryCodes(row).get_unused_codes()[0]
    for expected in (302, 400):
        sign_in(client, reader)
        assert client.post(ENTER, {"code": code}).status_code == expected
        client.post("/sign-out")


@pytest.mark.usefixtures("half_minute")
def test_wrong_codes_lock_the_account_out(client, reader):
    add_app(reader)
    sign_in(client, reader)
    for _ in range(5):
        client.post(ENTER, {"code": "000000"})
    refused = client.post(ENTER, {"code": code_of()})
    assert refused.status_code == 400
    assert "Too many attempts. Try again at" in refused.content.decode()
    client.cookies.clear()
    assert sign_in(client, reader).status_code == 400


@pytest.fixture
def strict(mercy):
    with inside(mercy):
        mercy.second_factor_required = True
        mercy.save(update_fields=["second_factor_required"])
    return mercy


def test_a_member_without_one_is_led_to_set_it_up_first(strict, client_of, reader, stranger):
    client = client_of(reader)
    for page in ("/worklist", "/upload", "/organizations"):
        assert client.get(page).url == "/account/second-factor"
    assert "needs a second factor" in client.get("/account/second-factor").content.decode()
    script = client.get("/worklist", headers={"Accept": "application/json"})
    assert script.status_code == 403
    assert client_of(stranger).get("/worklist").status_code == 200


def test_with_one_the_member_goes_on(strict, client_of, reader):
    add_app(reader)
    client = client_of(reader)
    assert client.get("/worklist").status_code == 200
    confirm(client)
    client.post("/account/second-factor/app/remove")
    assert factors(reader) == set()
    assert client.get("/worklist").url == "/account/second-factor"
    assert len(events(organization_of("mercy"), "tenants.factor.removed")) == 2


def test_a_stranger_and_who_showed_one_are_not_looked_for(rf, reader, django_assert_num_queries):
    request = rf.get("/worklist")
    request.active = Active(1, "reader", needs_factor=True)
    for user, session in ((AnonymousUser(), {}), (reader, {FACTOR: True})):
        request.user, request.session = user, session
        with django_assert_num_queries(0):
            assert not lacks_factor(request)


def test_platform_staff_need_one_where_the_setting_says_so(client_of, settings):
    staff = make_staff("operator")
    assert client_of(staff).get("/admin/").status_code == 200
    settings.STAFF_MFA_REQUIRED = True
    client = client_of(staff)
    assert client.get("/admin/").url == "/account/second-factor"
    add_app(staff)
    assert client.get("/admin/").status_code == 200


def test_another_persons_passkey_is_not_found(client_of, reader, technician):
    row = Authenticator.objects.create(user=technician, type="webauthn", data={"name": "Key"})
    client = client_of(reader)
    confirm(client)
    for action in ("name", "remove"):
        address = f"/account/second-factor/passkeys/{row.pk}/{action}"
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "Mine"}).status_code == 404
    row.refresh_from_db()
    assert row.data["name"] == "Key"


def test_a_forged_passkey_is_refused_and_recorded(client):
    answer = client.post("/account/second-factor/passkeys/sign-in", {"credential": "{}"})
    assert answer.url == "/sign-in"
    assert len(events(organization_of("platform"), "tenants.factor.failed")) == 1
