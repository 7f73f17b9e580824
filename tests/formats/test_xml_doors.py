"""XML formats through the product's own doors: the limited process, the command, the arrivals."""

from __future__ import annotations

import json

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.sandbox import decode_limited
from tests.formats import test_aecg, test_muse, test_philips
from tests.formats.test_decode_command import KEYS, run

FILES = {
    "muse-xml": test_muse.plain_file,
    "philips-xml": test_philips.plain_file,
    "hl7-aecg": test_aecg.plain_file,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_arrives_from_the_limited_process_as_decoded_here(name):
    data = FILES[name]().encode()
    found, expected = decode_limited(data), decode(data)
    assert found.format == name
    assert found.canonical_hash == expected.canonical_hash
    assert found.measurements == expected.measurements
    assert (found.warnings, found.experimental) == (expected.warnings, expected.experimental)


def test_hostile_xml_is_refused_there_too():
    laughs = b'<!DOCTYPE RestingECG [<!ENTITY a "aaaa">]><RestingECG>&a;</RestingECG>'
    deep = b"<RestingECG>" + b"<a>" * 200_000
    for data, code in ((laughs, "xml-doctype"), (deep, "xml-depth")):
        with pytest.raises(Refused) as refused:
            decode_limited(data)
        assert refused.value.code == code


def test_the_command_reads_every_format_under_any_name(tmp_path):
    paths = []
    for name, text in FILES.items():
        path = tmp_path / f"{name}.dcm"
        path.write_text(text(), encoding="utf-8")
        paths.append(str(path))
    status, out, _ = run(*paths, "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [line["format"] for line in lines] == list(FILES)
    assert all(list(line) == KEYS and len(line["leads"]) == 12 for line in lines)


def test_the_command_says_why_and_exits_with_1(tmp_path):
    path = tmp_path / "ecg.xml"
    path.write_text(test_muse.changed("LeadDataCRC32", "1"), encoding="utf-8")
    status, out, _ = run(str(path), "--json")
    assert (status, json.loads(out)["error"]["code"]) == (1, "checksum")
