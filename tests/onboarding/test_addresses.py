"""An address of another organization is refused, and that one is named to staff only."""

from __future__ import annotations

import threading

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections, transaction

from apps.core.hosts import one_spelling
from apps.core.scope import organization_scope
from apps.integrations.actions import set_destination
from apps.integrations.addresses import AddressTaken, claim, holder_of
from apps.integrations.admin_forms import REFUSED
from apps.integrations.models import Destination
from apps.tenants.actions import organization_for_platform
from apps.web.onboarding.sections import destinations
from tests.admin.people import page, signed_in
from tests.database import committed
from tests.factories import inside
from tests.onboarding.files import applied, changed, command, destination, json_lines, problems

GIVEN = {
    "name": "EHR",
    "kind": "mllp",
    "host": "EHR.shared.example.",
    "port": "2575",
    "transport": "tls",
    "receiving_application": "EPR",
    "processing_id": "P",
}


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("EHR.Example.", "ehr.example"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("[2001:DB8:0::1]", "2001:db8::1"),
        ("localhost", "127.0.0.1"),
        ("127.0.0.9", "127.0.0.1"),
        ("::1", "127.0.0.1"),
        ("höst.example", "höst.example"),
    ],
)
def test_one_host_has_one_spelling(written, spelling):
    assert one_spelling(written) == spelling


@committed
@pytest.mark.parametrize("is_active", [True, False])
def test_a_file_with_an_address_of_another_is_refused_and_nothing_is_made(lakeside, is_active):
    destination(lakeside, host="EHR.northside.example.", is_active=is_active)
    assert problems("", lambda _: applied()) == [
        "line 13: ehr[Main EHR]: ehr.northside.example:2575 is an address of the organization"
        " lakeside"
    ]
    assert organization_for_platform("northside") is None
    applied(changed(":2575", ":2576"))


@committed
def test_the_command_names_the_other_organization(lakeside, hospital):
    destination(lakeside)
    with pytest.raises(CommandError, match="of the organization lakeside"):
        command(hospital)
    with pytest.raises(CommandError, match="not followed"):
        command(hospital, "--plan", "--json")


@committed
def test_refusals_are_json_too(lakeside, hospital, capsys):
    destination(lakeside)
    with pytest.raises(CommandError):
        call_command("onboard", str(hospital), "--json")
    (refused,) = json_lines(capsys.readouterr().out)
    assert (refused["action"], refused["path"]) == ("refuse", "ehr[Main EHR]")


@committed
def test_an_organization_may_keep_and_change_its_own_address(db):
    _, place = applied()
    assert problems("", lambda _: applied()) == []
    with inside(place):
        set_destination(place, "Second", host="ehr.northside.example", port=2575)
        assert Destination.objects.count() == 2


@committed
def test_an_administrator_is_refused_and_told_of_nobody(mercy, lakeside, admin_user):
    destination(lakeside, host="ehr.shared.example")
    answer = signed_in(admin_user).post(page(Destination, "add"), GIVEN)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert REFUSED in text
    assert "akeside" not in text
    with inside(mercy):
        assert not Destination.objects.exists()
    free = signed_in(admin_user).post(page(Destination, "add"), GIVEN | {"port": "2576"})
    assert free.status_code == 302


@committed
def test_changing_to_the_address_of_another_is_refused_and_the_rest_is_not(
    mercy, lakeside, admin_user
):
    destination(lakeside, host="ehr.shared.example")
    own = destination(mercy, host="ehr.mercy.example", name="EHR")
    client, address = signed_in(admin_user), page(Destination, "change", own)
    kept = GIVEN | {"host": "ehr.mercy.example"}
    assert client.post(address, kept).status_code == 302
    assert REFUSED in client.post(address, GIVEN).content.decode()
    with inside(mercy):
        assert Destination.objects.get().host == "ehr.mercy.example"


@committed
def test_two_claims_at_once_have_one_winner(mercy, lakeside):
    """The second waits for the first to commit, then sees it."""
    begun, outcome = threading.Event(), []

    def second():
        try:
            begun.set()
            with organization_scope(lakeside.pk):
                set_destination(lakeside, "EHR", host="ehr.shared.example", port=2575)
            outcome.append("taken")
        except AddressTaken as taken:
            outcome.append(taken.holder.slug)
        finally:
            connections.close_all()

    rival = threading.Thread(target=second)
    with organization_scope(mercy.pk), transaction.atomic():
        set_destination(mercy, "EHR", host="EHR.shared.example", port=2575)
        rival.start()
        begun.wait(5)
        rival.join(0.3)
        assert outcome == []
    rival.join(10)
    assert outcome == ["mercy"]


@committed
def test_an_address_taken_since_the_plan_is_refused_and_nothing_goes_live(lakeside, monkeypatch):
    destination(lakeside)
    with monkeypatch.context() as before:
        before.setattr(destinations, "holder_of", lambda *_: None)
        assert problems("", lambda _: applied()) == [
            "line 13: ehr[Main EHR]: is now an address of the organization lakeside"
        ]
    assert not organization_for_platform("northside").is_live
    with inside(lakeside):
        Destination.objects.update(port=7000)
    assert applied()[1].is_live


@committed
def test_only_the_demos_simulated_ehr_is_shared_and_only_in_the_demo(mercy, lakeside, settings):
    settings.DEMO, settings.DEMO_EHR_PORT = True, 2575
    destination(lakeside, host="127.0.0.1", port=2575)
    destination(lakeside, host="127.0.0.1", port=2576, name="Other")
    assert holder_of(mercy.pk, "localhost", 2575) is None
    assert holder_of(mercy.pk, "localhost", 2576) == lakeside
    settings.DEMO = False
    assert holder_of(mercy.pk, "localhost", 2575) == lakeside
    with inside(mercy), pytest.raises(AddressTaken):
        claim(mercy.pk, "::1", 2575)
