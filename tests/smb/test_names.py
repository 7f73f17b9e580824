"""Names on a share: hostile ones open nothing, and the ledger holds none of them."""

from __future__ import annotations

import unicodedata
import uuid

import pytest

from apps.ingestion.model_share import ShareSource
from apps.ingestion.smb.names import (
    can_be_opened,
    delivery_key,
    is_temporary,
    is_wanted,
    patterns_of,
    place_hash,
    shortened,
    stem_hash,
)

HERE = ShareSource(
    public_id=uuid.UUID(int=1), server="nas", share="ecg", folder="out", patterns="*.DCM; *.xml"
)
ELSEWHERE = ShareSource(public_id=uuid.UUID(int=2), server="nas", share="ecg", folder="out/old")
NFC = "Müller.dcm"
NFD = unicodedata.normalize("NFD", NFC)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a.", "a ", "a\\b", "a/b", "a:b", 'a"b', "a|b", "a?b", "a*b", "a<b"),
        *("a\nb", "a\0b", "\ud800", "x" * 256, "𝒳" * 128),
    ],
)
def test_a_name_that_may_open_something_else_is_never_opened(name):
    assert not can_be_opened(name)


@pytest.mark.parametrize("name", ["a.dcm", "ü" * 255, "..a", "a..b", NFC, NFD, "𝒳" * 127, "a b;c"])
def test_a_name_that_opens_what_was_listed_is_opened(name):
    assert can_be_opened(name)


@pytest.mark.parametrize("other", ["a1.dcm", "A1.PDF", "A1"])
def test_a_document_has_the_stem_of_its_ecg_whatever_the_case(other):
    assert stem_hash(HERE, "w\\A1.DCM") == stem_hash(HERE, f"w\\{other}")
    assert stem_hash(HERE, "w\\A1.DCM") != stem_hash(HERE, f"v\\{other}")
    assert stem_hash(HERE, "w\\A1.DCM") != stem_hash(HERE, "w\\A2.DCM")


def test_spellings_of_one_name_are_one_delivery_and_two_places():
    assert delivery_key(HERE, NFC, "0") == delivery_key(HERE, NFD.upper(), "0")
    assert delivery_key(HERE, NFC, "0") != delivery_key(HERE, NFC, "1")
    assert place_hash(HERE, NFC) != place_hash(HERE, NFD)


def test_a_hash_tells_nothing_of_a_name_on_another_share():
    assert place_hash(HERE, NFC) != place_hash(ELSEWHERE, NFC)
    assert stem_hash(HERE, NFC) != stem_hash(ELSEWHERE, NFC)


@pytest.mark.parametrize(
    ("name", "wanted"), [("a.dcm", True), ("A.Xml", True), ("a.pdf", False), ("dcm", False)]
)
def test_patterns_match_whatever_the_case(name, wanted):
    assert is_wanted(name, patterns_of(HERE)) == wanted
    assert is_wanted(name, patterns_of(ELSEWHERE))


@pytest.mark.parametrize(
    ("name", "passing"),
    [("a.tmp", True), ("A.PART", True), ("~$a.xml", True), (".a", True), ("a.dcm", False)],
)
def test_names_under_which_programs_write_are_left_alone(name, passing):
    assert is_temporary(name) == passing


@pytest.mark.parametrize("name", ["a.dcm", "ü" * 127, "ü" * 125 + ".dcm", "a." + "x" * 250])
def test_a_marked_name_fits_every_file_system(name):
    marked = shortened(name, "0123456789ab")
    assert len(marked.encode()) <= 255
    assert can_be_opened(marked)
    assert marked != name
