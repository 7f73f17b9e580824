"""ORM^O01 and OMG^O19 as hl7apy writes them: read field by field, or refused by the field."""

from __future__ import annotations

import datetime as dt

import pytest
from hl7apy.parser import parse_message

from apps.integrations.hl7.answer import acknowledge
from apps.integrations.hl7.inbound import MessageRefused, read_message
from apps.integrations.hl7.orders import read_orders
from apps.tenants.models import Organization
from tests.orders.messages import order_message

MERCY = Organization(slug="mercy", assigning_authority="MERCY", time_zone="Europe/London")


def read(message):
    return read_orders(read_message(message), MERCY)


@pytest.mark.parametrize("kind", ["ORM_O01", "OMG_O19"])
def test_a_new_order_is_read_whole(kind):
    (order,) = read(order_message(kind=kind))
    assert (order.placer_number, order.placer_authority, order.status) == ("P-1", "CIS", "ordered")
    details = order.details
    held = details["patient_number"], details["patient_authority"]
    assert held == ("MRN-4711", "TRUST")
    assert (details["priority"], details["accession_number"]) == ("stat", "A-3")
    assert (details["requester"], details["callback"]) == ("Ada Okafor", "555 0101")
    assert (details["code"], details["text"]) == ("93000", "12-lead ECG")


@pytest.mark.parametrize(
    ("stated", "utc", "zone"),
    [
        ("202607010915", "08:15", "Europe/London"),
        ("202603020915", "09:15", "Europe/London"),
        ("20260302091500-0500", "14:15", "UTC-05:00"),
    ],
)
def test_a_start_is_kept_in_utc_with_the_zone_that_was_used(stated, utc, zone):
    (order,) = read(order_message(TQ1_7=stated))
    assert f"{order.details['starts_at']:%H:%M}" == utc
    assert (order.details["starts_local"], order.details["starts_zone"]) == (stated, zone)
    assert order.details["starts_at"].tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("stated", "utc", "doubt"),
    [
        ("202610250130", "00:30", "repeated"),
        ("202603290130", "01:30", "skipped"),
        ("202610250130+0000", "01:30", ""),
        ("202610250230", "02:30", ""),
    ],
)
def test_a_local_start_while_a_clock_changes_is_marked(stated, utc, doubt):
    (order,) = read(order_message(TQ1_7=stated))
    assert f"{order.details['starts_at']:%H:%M}" == utc
    assert order.details["starts_doubt"] == doubt


@pytest.mark.parametrize(("now", "hour"), [(0, 0), (1, 1)])
def test_of_a_repeated_hour_a_message_is_of_the_one_that_has_come(monkeypatch, now, hour):
    at = dt.datetime(2026, 10, 25, now, 45, tzinfo=dt.UTC)
    monkeypatch.setattr("apps.integrations.hl7.orders.timezone.now", lambda: at)
    (order,) = read(order_message(sent="20261025013000"))
    assert order.stated_at == at.replace(hour=hour, minute=30)


@pytest.mark.parametrize(
    ("ack", "field", "changes"),
    [
        ("AR", "ORC-1", {"control": "HD"}),
        ("AR", "ORC-1", {"control": "ZZ"}),
        ("AR", "MSH-9", {"MSH_9": "ADT^A01^ADT_A01"}),
        ("AR", "MSH-11", {"MSH_11": "T"}),
        ("AR", "MSH-12", {"MSH_12": "3.0"}),
        ("AR", "MSH-18", {"MSH_18": "KOI8-R"}),
        ("AE", "ORC-2", {"ORC_2": "", "OBR_2": ""}),
        ("AE", "PID-3", {"PID_3": ""}),
        ("AE", "PID-7", {"PID_7": "1961"}),
        ("AE", "PID-8", {"PID_8": "Q"}),
        ("AE", "TQ1-9", {"TQ1_9": "SOON"}),
        ("AE", "TQ1-7", {"TQ1_7": "20260302"}),
        ("AE", "ORC-5", {"control": "SC", "ORC_5": "HD"}),
        ("AE", "MSH-7", {"MSH_7": ""}),
        ("AE", "OBR-18", {"OBR_18": "9" * 65}),
    ],
)
def test_what_is_not_understood_is_refused_by_its_field(ack, field, changes):
    with pytest.raises(MessageRefused) as refused:
        read(order_message(**changes))
    assert (refused.value.ack, refused.value.field) == (ack, field)


@pytest.mark.parametrize(
    ("stated", "status"), [("IP", "in_progress"), ("CM", "completed"), ("CA", "cancelled")]
)
def test_a_status_message_says_where_the_order_stands(stated, status):
    (order,) = read(order_message("XX", ORC_5=stated))
    assert order.status == status


def test_empty_changes_nothing_and_two_quotes_take_away():
    (order,) = read(order_message("XO", OBR_18="", ORC_14='""'))
    assert "accession_number" not in order.details
    assert order.details["callback"] == ""


def test_characters_are_of_the_stated_set_and_without_escapes():
    message = order_message(MSH_18="8859/1", PID_5="M@LLER^A", ORC_12="7^O\\T\\K^Ada")
    (order,) = read(message.replace(b"@", "Ü".encode("latin-1")))
    assert order.details["identity"]["family_name"] == "MÜLLER"
    assert order.details["requester"] == "Ada O&K"


def test_line_feeds_and_a_frame_are_read_as_the_message():
    message = order_message().replace(b"\r", b"\n")
    assert read(b"\x0b" + message + b"\x1c\r") == read(order_message())


def test_the_record_number_is_chosen_among_several():
    several = b"9434765919^^^NHS^NH~M-9^^^TRUST&1.2&ISO^MR"
    (order,) = read(order_message().replace(b"MRN-4711^^^TRUST^MR", several))
    held = order.details["patient_number"], order.details["patient_authority"]
    assert held == ("M-9", "TRUST")


def test_the_acknowledgement_is_a_message_that_hl7apy_reads():
    message = read_message(order_message())
    refused = MessageRefused("AE", "PID-3", "Give the patient's record number.")
    ack = acknowledge(message.header, refused, "20260302090000+0000").decode()
    parsed = parse_message(ack)
    assert (parsed.msa.msa_1.value, parsed.msa.msa_2.value) == ("AE", message.control_id)
    assert parsed.err.err_2.to_er7() == "PID^1^3"
    assert (parsed.msh.msh_5.value, parsed.msh.msh_3.value) == ("CIS", "EINTHOVEN")


def test_a_senders_clock_that_is_ahead_makes_nothing_newer_than_now():
    (order,) = read(order_message(sent="20990302090000"))
    assert order.stated_at <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("filling", "times"),
    [
        *((b"|", 20_001), (b"^", 20_001), (b"a&", 20_001), (b"~", 20_001)),
        *((b"\rA|1", 2_001), (b"\nA|1", 2_001), (b"Smith, John ", 500_000)),
    ],
)
def test_what_is_larger_than_any_order_is_refused_before_it_is_read(filling, times, monkeypatch):
    monkeypatch.setattr("apps.integrations.hl7.inbound.hl7.parse", None)
    with pytest.raises(MessageRefused) as refused:
        read_message(order_message() + b"NTE|" + filling * times)
    assert (refused.value.ack, refused.value.field) == ("AR", "MSH")


def test_a_long_order_below_the_limits_is_read():
    notes = b"NTE|1||" + b"note " * 100 + b"\r"
    assert len(read_message(order_message() + notes * 1500).segments) > 1500
