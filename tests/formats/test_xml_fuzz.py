"""Damaged XML files: refused, or decoded to the samples they hold; never an error."""

from __future__ import annotations

import random
import re

import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import Refused
from apps.ecg.formats.wire import decode_wire, encode
from tests.formats import test_aecg, test_muse, test_philips
from tests.fuzz.verdict import SILENT, compared

MUTATIONS = 100
SOURCES = {
    "muse": test_muse.plain_file,
    "philips": test_philips.plain_file,
    "aecg": test_aecg.plain_file,
}
NASTY = ("", "0", "-1", "1e99", "1E-99", "NaN", "x", "9" * 40, "٣", "1,5", "TRUE", "2026-99-99")
SHORT_TEXT = re.compile(r">([^<>]{0,60})</")
ATTRIBUTE = re.compile(r'="([^"]{0,60})"')
ELEMENT = re.compile(r"<(\w+)[^<>]*>[^<>]{0,60}</\1>")


def mutated(data: str, rng: random.Random) -> str:
    """A value, an attribute or an element changed, cut or doubled; never the samples."""
    kind = rng.randrange(4)
    pattern = (SHORT_TEXT, ATTRIBUTE, ELEMENT, ELEMENT)[kind]
    places = [m for m in pattern.finditer(data) if m.start() > 200]
    if not places:
        return mutated(data, rng)
    found = rng.choice(places)
    start, end = found.span(1 if kind < 2 else 0)
    new = rng.choice(NASTY) if kind < 2 else found[0] * (kind - 2) * 2
    return data[:start] + new + data[end:]


@pytest.mark.parametrize("source", SOURCES)
def test_a_damaged_value_is_refused_or_harmless(source):
    data = SOURCES[source]()
    original = decode(data.encode())
    rng = random.Random(f"einthoven {source}")
    outcomes: dict[str, int] = {}
    for number in range(MUTATIONS):
        try:
            found = decode_wire(encode(decode(mutated(data, rng).encode())))
        except Refused as refused:
            outcomes[refused.code] = outcomes.get(refused.code, 0) + 1
        else:
            assert compared(found, original) != SILENT, number
    assert "decoder-error" not in outcomes
    assert sum(outcomes.values()) > MUTATIONS // 10


@pytest.mark.parametrize("source", SOURCES)
def test_every_cut_is_refused(source):
    data = SOURCES[source]().encode()
    for at in range(0, len(data), len(data) // 40):
        with pytest.raises(Refused) as refused:
            decode(data[:at])
        assert refused.value.code in ("empty", "unsupported-xml", "unknown-format", "xml-malformed")
