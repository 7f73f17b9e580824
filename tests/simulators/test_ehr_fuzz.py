import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.ehr.page import _detail
from simulators.ehr.server import Receiver
from simulators.ehr.store import Store

from .ehr_process import oru

WHOLE = oru("FUZZ")
PIECES = st.sampled_from(
    [b"|", b"^", b"~", b"\\", b"&", b"\r", b"\r\n", b"", b"\xff", b"OBX", b"MSH"]
)


@pytest.fixture(scope="module")
def receiver():
    with tempfile.TemporaryDirectory() as folder:
        yield Receiver(Store(Path(folder)))


@given(st.integers(0, len(WHOLE)), st.integers(0, 12), PIECES)
def test_a_damaged_message_is_answered_and_what_is_stored_can_be_shown(receiver, at, cut, piece):
    reply = receiver.receive(WHOLE[:at] + piece + WHOLE[at + cut :])
    assert reply.startswith(b"MSH|^~\\&|")
    assert b"\rMSA|A" in reply
    for key in receiver.store.entries:
        assert "Simulated EHR" in _detail(receiver.store, key)


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(receiver, payload):
    assert b"\rMSA|AR|" in receiver.receive(payload)
