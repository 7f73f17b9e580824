"""The wire carries a result exactly, and believes nothing that is not one."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.wire import WireError, decode_wire, encode
from tests.formats.ecgs import file, median, waveform


def sent() -> bytes:
    missing = np.zeros((5000, 12), dtype=bool)
    missing[7:9, 2] = True
    found = decode(file(median=median()))
    return encode(replace(found, rhythm=replace(found.rhythm, missing=missing)))


def tampered(change) -> bytes:
    data = sent()
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + data[4 + length :]


def test_every_field_arrives():
    source = replace(decode(file(median=median())), experimental=True)
    found = decode_wire(encode(source))
    assert np.array_equal(found.rhythm.counts, source.rhythm.counts)
    assert np.array_equal(found.median.counts, source.median.counts)
    blank = {"rhythm": waveform(), "median": None}
    plain = replace(source, **blank), replace(found, **blank)
    for field in plain[0].__dataclass_fields__:
        if field != "rhythm":
            assert getattr(plain[0], field) == getattr(plain[1], field), field
    assert found.rhythm.leads == source.rhythm.leads
    assert found.canonical_hash == source.canonical_hash


def test_gaps_arrive():
    missing = decode_wire(sent()).rhythm.missing
    assert missing[7:9, 2].all()
    assert missing.sum() == 2


def test_a_refusal_arrives_as_itself():
    with pytest.raises(Refused) as refused:
        decode_wire(encode(Refused("truncated", "The end is missing.", field="WaveformData")))
    assert (refused.value.code, refused.value.field) == ("truncated", "WaveformData")


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h.pop("vendor"),
        lambda h: h.update(experimental="no"),
        lambda h: h.update(vendor=3),
        lambda h: h.update(vendor="x" * 20_000),
        lambda h: h.update(utc_offset_minutes="60"),
        lambda h: h.update(acquired_local="yesterday"),
        lambda h: h["patient"].update(sex="X"),
        lambda h: h["patient"].update(extra="1"),
        lambda h: h["patient"].update(age_years=1e300),
        lambda h: h["filters"].update(notch_hz=[50]),
        lambda h: h["measurements"][0].update(value=None),
        lambda h: h["statements"][0].update(text=None),
        lambda h: h["warnings"].append("x"),
        lambda h: h["waveforms"][0].update(samples=4999),
        lambda h: h["waveforms"][0].update(samples=True),
        lambda h: h["waveforms"][0].update(samples=1 << 30),
        lambda h: h["waveforms"][0].update(rate="NaN"),
        lambda h: h["waveforms"][0].update(kind="other"),
        lambda h: h["waveforms"][0]["leads"][0].__setitem__(0, "a lead too long"),
        lambda h: h["waveforms"][0]["leads"][0].__setitem__(1, "1E99"),
        lambda h: h["waveforms"][0]["leads"][0].__setitem__(3, 1),
        lambda h: h["waveforms"].reverse(),
        lambda h: h.update(refused={"code": "Not A Code", "message": "", "field": ""}),
    ],
)
def test_a_malformed_result_is_an_error(change):
    with pytest.raises(WireError):
        decode_wire(tampered(change))


@pytest.mark.parametrize("cut", [0, 3, 100, -1])
def test_a_result_cut_short_is_an_error(cut):
    with pytest.raises(WireError):
        decode_wire(sent()[:cut])


def test_nested_json_is_an_error():
    text = b"[" * 200_000
    with pytest.raises(WireError):
        decode_wire(struct.pack("<I", len(text)) + text)
