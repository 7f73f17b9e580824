import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import PermanentError, RetryableError
from apps.integrations.hl7.ack import ACCEPTED, FAILED, REJECTED, Ack, parse_ack

HEADER = b"MSH|^~\\&|EHR|M|EINTHOVEN|M|20260304||ACK^R01^ACK|A1|P|2.5.1\r"


def test_an_acknowledgement_is_read():
    ack = parse_ack(HEADER + b"MSA|AA|D1\r")
    assert ack == Ack("AA", "D1")


def test_the_reason_of_a_refusal_is_read():
    reply = HEADER + b"MSA|AE|D1|bad \\T\\ ugly\rERR||PID^1^3|101^Required field missing|E\r"
    assert parse_ack(reply) == Ack("AE", "D1", "bad & ugly", "PID^1^3")


def test_the_error_place_of_older_versions_is_read():
    assert parse_ack(HEADER + b"MSA|AR|D1\rERR|MSH^1^9\r").error_location == "MSH^1^9"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_is_read(line_end):
    reply = (HEADER + b"MSA|CA|D1\r").replace(b"\r", line_end)
    assert parse_ack(reply).code == "CA"


@pytest.mark.parametrize(
    ("charset", "codec"), [("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8"), ("", "utf-8")]
)
def test_text_is_decoded_by_the_charset_of_the_reply(charset, codec):
    reply = f"MSH|^~\\&|a|b|c|d|2026||ACK|1|P|2.5.1||||||{charset}\rMSA|AE|D1|für\r"
    assert parse_ack(reply.encode(codec)).text == "für"


@pytest.mark.parametrize(
    "reply",
    [b"", b"MSH", b"hello", HEADER, b"MSA|AA|1\r", HEADER + b"MSA\r", HEADER + b"MSA|XX|D1\r"],
)
def test_what_is_no_acknowledgement_is_tried_again(reply):
    with pytest.raises(RetryableError) as failed:
        parse_ack(reply)
    assert failed.value.code == "ack_malformed"


@given(st.one_of(st.binary(), st.binary().map(lambda tail: HEADER + b"MSA|" + tail)))
def test_no_reply_breaks_the_reader(reply):
    with contextlib.suppress(RetryableError):
        assert parse_ack(reply).code in ACCEPTED + FAILED + REJECTED


@pytest.mark.parametrize("code", ["AA", "CA"])
def test_an_accepted_message_is_done(code):
    Ack(code, "D1").require_accepted("D1")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        *(("AE", RetryableError("ack_error")), ("CE", RetryableError("ack_error"))),
        *(("AR", PermanentError("ack_rejected")), ("CR", PermanentError("ack_rejected"))),
    ],
)
def test_an_error_is_tried_again_and_a_rejection_is_final(code, error):
    with pytest.raises(type(error)) as raised:
        Ack(code, "D1", "text with a name").require_accepted("D1")
    assert str(raised.value) == error.code


def test_an_answer_to_another_message_is_not_ours():
    with pytest.raises(RetryableError) as raised:
        Ack("AA", "D2").require_accepted("D1")
    assert raised.value.code == "ack_of_another_message"
