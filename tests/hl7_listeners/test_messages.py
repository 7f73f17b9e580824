"""Orders over MLLP: each message has one answer, given once what it says is kept."""

from __future__ import annotations

import pytest
from hl7.client import MLLPClient

from apps.audit.models import Alarm
from apps.core.errors import RetryableError
from apps.core.scope import organization_scope
from apps.ingestion.models import Order, OrderMessage
from apps.integrations.hl7.inbound import MOST_BYTES
from apps.integrations.mllp import door
from apps.integrations.mllp.frames import framed
from apps.tenants.limits import spend
from apps.tenants.model_limits import Door
from tests.admin.people import events
from tests.database import committed
from tests.factories import inside
from tests.faults.killing import killed
from tests.hl7_listeners.peers import System, listener, listening, said, told
from tests.orders.messages import order_message

pytestmark = committed

PLACED = "ingestion.order.placed"


@pytest.fixture
def port(mercy):
    row = listener(mercy)
    with listening():
        yield row.port


def orders(organization):
    with inside(organization):
        return list(Order.objects.order_by("id").values_list("placer_number", flat=True))


def test_an_independent_client_places_an_order(port, mercy):
    with MLLPClient("127.0.0.1", port) as client:
        reply = client.send_message(order_message())
    assert (reply[:1], reply[-2:]) == (b"\x0b", b"\x1c\r")
    assert said(reply[1:-2]) == ("AA", "CNW20260302090000", "")
    assert orders(mercy) == ["P-1"]
    (event,) = events(mercy, PLACED)
    assert f'"door": "{port}"' in event.details


def test_messages_in_pieces_and_in_one_piece_are_answered_in_order(port, mercy):
    messages = [order_message(MSH_10=f"M{n}", ORC_2=f"P-{n}^CIS") for n in range(4)]
    data = b"".join(map(framed, messages))
    with System(port) as system:
        for at in range(0, 40, 7):
            system.say(data[at : min(at + 7, 40)])
        system.say(data[40:])
        answers = [said(system.hear()) for _ in messages]
    assert answers == [("AA", f"M{n}", "") for n in range(4)]
    assert orders(mercy) == ["P-0", "P-1", "P-2", "P-3"]


def test_two_organizations_may_use_one_control_id(mercy, lakeside):
    ours, theirs = listener(mercy), listener(lakeside)
    message = order_message()
    with listening(ports=2):
        assert said(told(ours.port, message)) == said(told(theirs.port, message))
        other = message.replace(b"P-1^CIS", b"P-2^CIS")
        assert said(told(theirs.port, other))[0] == "AA"
    assert (orders(mercy), orders(lakeside)) == (["P-1"], ["P-1", "P-2"])
    with inside(mercy):
        assert not Alarm.objects.exists()
    with inside(lakeside):
        assert [(one.code, one.subject) for one in Alarm.objects.all()] == [
            ("hl7.name_reused", str(theirs.port))
        ]


def test_the_same_again_is_answered_as_it_was_and_changes_nothing(port, mercy):
    with System(port) as system:
        first = system.ask(order_message())
        assert system.ask(order_message("XO", sent="20260302100000")) != first
        again = system.ask(order_message())
    assert (again, told(port, order_message())) == (first, first)
    with inside(mercy):
        assert OrderMessage.objects.count() == 2
        assert not Alarm.objects.exists()


def test_a_control_id_used_again_is_a_new_message_and_an_alarm(port, mercy):
    changed = order_message(ORC_14="555 0199")
    with System(port) as system:
        answers = [system.ask(one) for one in (order_message(), changed, changed)]
    assert {said(one)[0] for one in answers} == {"AA"}
    with inside(mercy):
        assert Order.objects.get().callback == "555 0199"
        (alarm,) = Alarm.objects.all()
    assert (alarm.code, alarm.subject, alarm.count) == ("hl7.name_reused", str(port), 1)


def test_killed_between_commit_and_answer_it_answers_the_same_and_has_one_order(mercy):
    row = listener(mercy)

    def send():
        with listening():
            told(row.port, order_message())

    killed(send, after="apps.integrations.mllp.door.take_message")
    assert orders(mercy) == ["P-1"]
    with inside(mercy):
        came = OrderMessage.objects.get().received_at
    with listening():
        first, again = (told(row.port, order_message()) for _ in range(2))
    assert first == again
    assert said(first)[0] == "AA"
    assert f"|{came:%Y%m%d%H%M%S}+0000|" in first.decode()
    assert orders(mercy) == ["P-1"]
    assert len(events(mercy, PLACED)) == 1


@pytest.mark.parametrize(
    ("ack", "field", "changes"),
    [
        ("AR", "MSH-9", {"MSH_9": "ADT^A01^ADT_A01"}),
        ("AR", "MSH-11", {"MSH_11": "T"}),
        ("AR", "MSH-12", {"MSH_12": "3.0"}),
        ("AR", "MSH-15", {"MSH_15": "XX"}),
        ("AR", "MSH-18", {"MSH_18": "KOI8-R"}),
        ("AR", "ORC-1", {"control": "HD"}),
        ("AE", "ORC-2", {"ORC_2": "", "OBR_2": ""}),
        ("AE", "PID-3", {"PID_3": ""}),
        ("AE", "TQ1-9", {"TQ1_9": "SOON"}),
    ],
)
def test_what_is_refused_names_its_field_and_goes_on(port, mercy, ack, field, changes):
    with System(port) as system:
        answer = system.ask(order_message(**changes, MSH_10="WRONG"))
        assert said(answer) == (ack, "WRONG", field)
        assert system.ask(order_message(**changes, MSH_10="WRONG")) == answer
        assert said(system.ask(order_message()))[0] == "AA"
    assert orders(mercy) == ["P-1"]
    refused = events(mercy, "ingestion.order.refused")
    assert [f'"door": "{port}"' in one.details for one in refused] == [True, True]


@pytest.mark.parametrize(
    ("message", "named"),
    [
        (b"", ""),
        (b"PID|1||MRN-4711", ""),
        (b"MSH", ""),
        (b"MSH|^~\\^|A|B|||20260302||ORM^O01|M1|P|2.5.1", ""),
        (b"MSH|^~x&|A|B|||20260302||ORM^O01|M1|P|2.5.1", ""),
        (order_message() + order_message(), "CNW20260302090000"),
        (order_message(MSH_18="UNICODE UTF-8").replace(b"Wilma", b"\xff"), "CNW20260302090000"),
    ],
    ids=["empty", "headless", "short", "delimiters", "escape", "two", "bytes"],
)
def test_what_cannot_be_read_is_rejected(port, mercy, message, named):
    code, control_id, _ = said(told(port, message))
    assert (code, control_id) == ("AR", named)
    assert orders(mercy) == []


def test_delimiters_and_characters_are_the_messages_own(port, mercy):
    message = order_message(MSH_18="8859/1", PID_5="M@LLER^A", ORC_12="7^O\\F\\T\\T\\K^Ada")
    message = message.replace(b"@", "Ü".encode("latin-1"))
    told(port, message.translate(bytes.maketrans(b"|^~&", b"#:!+")))
    with inside(mercy):
        order = Order.objects.get()
    assert order.identity["family_name"] == "MÜLLER"
    assert order.requester == "Ada O#T+K"


@pytest.mark.parametrize(
    ("keeper", "application", "good", "bad"),
    [
        ("", "", "AA", "AE"),
        ("AL", "", "CA", "CE"),
        ("AL", "AL", "CA", "CE"),
        ("NE", "AL", "AA", "AE"),
        ("", "AL", "AA", "AE"),
        ("ER", "NE", None, "CE"),
        ("SU", "NE", "CA", None),
        ("SU", "ER", "CA", "AE"),
        ("NE", "NE", None, None),
    ],
)
def test_who_answers_is_whom_the_sender_asks(port, mercy, keeper, application, good, bad):
    asked = {"MSH_15": keeper, "MSH_16": application}
    with System(port) as system:
        system.say(framed(order_message(**asked)))
        system.say(framed(order_message(**asked, PID_3="", MSH_10="BAD")))
        system.say(framed(order_message("XO", MSH_10="LAST")))
        heard = [said(system.hear())[0] for _ in range(1 + bool(good) + bool(bad))]
    assert heard == [code for code in (good, bad, "AA") if code]
    assert orders(mercy) == ["P-1"]


def test_unsupported_in_enhanced_mode_is_cr(port):
    assert said(told(port, order_message(MSH_11="T", MSH_15="AL")))[0] == "CR"


def test_one_too_long_is_rejected_whole_and_the_next_is_taken(port, mercy):
    with System(port) as system:
        long = order_message(MSH_10="LONG") + b"NTE|" + b"x" * MOST_BYTES
        assert said(system.ask(long)) == ("AR", "LONG", "MSH")
        assert said(system.ask(order_message()))[0] == "AA"
    with inside(mercy):
        assert OrderMessage.objects.count() == 1
    assert '"code": "too-large"' in events(mercy, "ingestion.order.refused")[0].details


def test_what_cannot_be_kept_now_is_no_aa_and_taken_later(port, mercy, monkeypatch):
    def away(*_):
        raise RetryableError("storage-unavailable")

    with monkeypatch.context() as patched:
        patched.setattr("apps.ingestion.orders.take.blobs.put", away)
        assert said(told(port, order_message()))[0] == "AE"
    assert orders(mercy) == []
    assert said(told(port, order_message()))[0] == "AA"


def test_a_fault_of_ours_is_ae_and_on_record(port, mercy, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(door, "take_message", lambda *_: {}["Ashdown"])
        assert said(told(port, order_message()))[0] == "AE"
    assert '"code": "internal"' in events(mercy, "ingestion.order.refused")[0].details


def test_above_the_limit_a_sender_is_slowed_down_then_put_off(port, mercy, settings, monkeypatch):
    settings.LIMITS_PER_MINUTE = settings.LIMITS_PER_MINUTE | {"hl7": 1}
    monkeypatch.setattr(door, "SLOWED_S", 0)
    with System(port) as system:
        assert said(system.ask(order_message()))[0] == "AA"
        assert said(system.ask(order_message("XO")))[0] == "AE"
    with inside(mercy):
        assert OrderMessage.objects.count() == 1
    (event,) = events(mercy, "tenants.limit.reached")
    assert '"door": "hl7"' in event.details


def test_one_of_a_burst_above_the_limit_is_taken_a_little_later(port, mercy, settings):
    settings.LIMITS_PER_MINUTE = settings.LIMITS_PER_MINUTE | {"hl7": 60}
    with organization_scope(mercy.pk):
        while not spend(Door.HL7):
            pass
    assert said(told(port, order_message()))[0] == "AA"
