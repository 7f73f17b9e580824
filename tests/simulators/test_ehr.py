import json
import signal
import subprocess
import sys

import pytest

from .ehr_process import ROOT, oru, running_ehr


@pytest.fixture(scope="module")
def ehr(tmp_path_factory):
    with running_ehr(tmp_path_factory.mktemp("ehr")) as running:
        yield running


def acknowledged(reply):
    return reply.split(b"\rMSA|")[1].split(b"\r")[0].decode()


def test_a_result_is_acknowledged(ehr):
    [reply] = ehr.exchange(oru("A1"))
    assert acknowledged(reply) == "AA|A1"
    assert reply.startswith(b"MSH|^~\\&|EHR|MERCY|EINTHOVEN|MERCY|")


def test_one_connection_carries_several_messages_in_order(ehr):
    replies = ehr.exchange(*(oru(f"B{n}") for n in range(20)))
    assert [acknowledged(reply) for reply in replies] == [f"AA|B{n}" for n in range(20)]


@pytest.mark.parametrize(
    ("old", "new", "ack", "error"),
    [
        (b"ORU^R01", b"ADT^A08", "AR", b"MSH^1^9|200"),
        (b"|P|2.5.1", b"|X|2.5.1", "AR", b"MSH^1^11|202"),
        (b"|P|2.5.1", b"|P|3.0", "AR", b"MSH^1^12|203"),
        (b"|C1|", b"||", "AE", b"MSH^1^10|101"),
        (b"MRN-1", b"", "AE", b"PID^1^3|101"),
        (b"|F\rOBX", b"|\rOBX", "AE", b"OBR^1^25|101"),
        (b"|F\rOBX", b"|Q\rOBX", "AE", b"OBR^1^25|103"),
        (b"OBX", b"ZBX", "AE", b"OBX^1|100"),
        (b"PID", b"ZID", "AE", b"PID^1|100"),
        (b"PID|1||MRN-1^^^MERCY^MR||Doe^Jane", b"PID|1", "AE", b"PID^1^3|101"),
    ],
)
def test_a_message_that_lacks_something_is_refused_by_field(ehr, old, new, ack, error):
    [reply] = ehr.exchange(oru("C1").replace(old, new))
    assert acknowledged(reply).startswith(f"{ack}|")
    assert b"ERR||" + error in reply
    assert b"MRN-1" not in reply


@pytest.mark.parametrize(
    "payload", [b"hello", b"MSH", b"", b"\xff\xfe", b"MSH|" * 5000, b"MSH#^~#|"]
)
def test_what_is_no_message_is_rejected_and_the_next_is_taken(ehr, payload):
    replies = ehr.exchange(payload, oru("G1"))
    assert [acknowledged(reply)[:2] for reply in replies] == ["AR", "AA"]


def test_an_identifier_without_components_is_enough(ehr):
    [reply] = ehr.exchange(oru("H1").replace(b"MRN-1^^^MERCY^MR", b"MRN-1"))
    assert acknowledged(reply) == "AA|H1"


def test_stray_bytes_and_a_cut_off_frame_are_skipped(ehr):
    cut_off = b"noise\x0bMSH|^~\\&|half\x0b" + oru("S1")
    replies = ehr.exchange(cut_off)
    assert [acknowledged(reply) for reply in replies] == ["AA|S1"]


def test_the_same_message_again_gets_the_same_answer_and_is_stored_once(tmp_path):
    with running_ehr(tmp_path) as ehr:
        first, second = ehr.exchange(oru("D1"), oru("D1"))
    assert first == second
    assert len((tmp_path / "index.jsonl").read_text().splitlines()) == 1


def test_a_control_id_used_for_other_content_is_an_error(ehr):
    replies = ehr.exchange(oru("E1", "MRN-1"), oru("E1", "MRN-2"))
    assert [acknowledged(reply)[:2] for reply in replies] == ["AA", "AE"]


def test_a_control_id_is_never_a_path(tmp_path):
    with running_ehr(tmp_path / "store") as ehr:
        [reply] = ehr.exchange(oru("../../evil"))
    assert acknowledged(reply) == "AA|../../evil"
    names = {path.suffix for path in (tmp_path / "store").iterdir()}
    assert names == {".hl7", ".jsonl"}


def test_an_acknowledged_message_survives_kill_9(tmp_path):
    with running_ehr(tmp_path) as ehr:
        [first] = ehr.exchange(oru("K1"))
        ehr.process.send_signal(signal.SIGKILL)
        ehr.process.wait(timeout=5)
    stored = [path.read_bytes() for path in tmp_path.glob("*.hl7")]
    assert stored == [oru("K1")]
    with running_ehr(tmp_path) as ehr:
        assert ehr.exchange(oru("K1")) == [first]


def test_a_crash_between_file_and_index_is_repaired(tmp_path):
    with running_ehr(tmp_path) as ehr:
        ehr.exchange(oru("R1"), oru("R2"))
    index = tmp_path / "index.jsonl"
    index.write_text(index.read_text()[:-30])
    with running_ehr(tmp_path) as ehr:
        [reply] = ehr.exchange(oru("R2"))
    assert acknowledged(reply) == "AA|R2"
    entries = [json.loads(line) for line in index.read_text().splitlines()]
    assert sorted(entry["control_id"] for entry in entries) == ["R1", "R2"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_with_a_connection_open(tmp_path, number):
    with running_ehr(tmp_path, "--http", "0") as ehr:
        ehr.exchange(oru("Q1", "SECRET-MRN"))
        ehr.process.send_signal(number)
        output, log = ehr.process.communicate(timeout=5)
    assert ehr.process.returncode == 0
    assert (output, log) == ("", "AA\n")


def test_a_taken_port_is_said_in_one_line(ehr, tmp_path):
    command = [sys.executable, "-m", "simulators.ehr", "--port", str(ehr.port)]
    command += ["--store", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


def test_it_needs_nothing_of_the_product():
    code = "import simulators.ehr.server, sys; print([m for m in sys.modules if m[:4] == 'apps'])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert shown.stdout.strip() == "[]"
