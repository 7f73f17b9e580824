"""One ECG in every format is one signal, whichever way it is written, sent on or shown."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.formats.cardiosoft.writer import write_cardiosoft
from apps.ecg.formats.dicom.writer import DicomOptions, write_dicom
from apps.ecg.formats.export import as_json, as_text
from apps.ecg.formats.mortara.writer import write_mortara
from apps.ecg.formats.schiller.writer import write_schiller
from apps.ecg.formats.scp.beats import Zone
from apps.ecg.formats.scp.writer import ScpOptions, write_scp
from apps.ecg.formats.wire import decode_wire, encode
from tests.corpus import corpus_params
from tests.formats.ecgs import ecg, waveform
from tests.formats.files_of_formats import by_name

FILES = by_name(seconds=3)
WRITERS = {
    "dicom": lambda found: write_dicom(found, DicomOptions(seed="agree")),
    "scp-ecg": write_scp,
    "cardiosoft-xml": write_cardiosoft,
    "schiller-xml": write_schiller,
    "mortara-xml": write_mortara,
}
REAL = [
    *corpus_params("cardiosoft-xml"),
    *corpus_params("schiller-xml"),
    *[p for p in corpus_params("scp-ecg") if "eli250" in getattr(p, "id", "")],
]


def bare(found: DecodedEcg) -> DecodedEcg:
    """Without numbers and words, of which not every format has all."""
    return replace(found, measurements=(), statements=(), median=None)


@pytest.mark.parametrize("scale", [Decimal(1000), Decimal(1250), Decimal(5000)])
def test_one_signal_has_one_hash_in_every_format(scale):
    source = bare(ecg(waveform(nv_per_lsb=scale, seconds=3)))
    hashes = {name: decode(write(source)).canonical_hash for name, write in WRITERS.items()}
    assert set(hashes.values()) == {source.canonical_hash}


@pytest.mark.parametrize("path", REAL)
@pytest.mark.parametrize("name", WRITERS)
def test_a_real_signal_survives_every_format(name, path):
    source = bare(decode(path.read_bytes()))
    found = decode(WRITERS[name](source))
    assert (found.format, found.canonical_hash) == (name, source.canonical_hash)
    assert found.acquired_local == source.acquired_local
    assert found.patient.identifier == source.patient.identifier


CODINGS = {
    "plain": ScpOptions(huffman=False, difference=0),
    "first difference": ScpOptions(difference=1),
    "second difference": ScpOptions(),
    "subtracted beat": ScpOptions(
        subtract=True, beats=(Zone(500, 560, 640), Zone(1500, 1560, 1640)), beat_fiducial=220
    ),
}


@pytest.mark.parametrize("path", REAL)
@pytest.mark.parametrize("coding", CODINGS)
def test_a_real_signal_survives_every_lossless_coding(coding, path):
    source = replace(decode(path.read_bytes()), measurements=(), statements=())
    found = decode(write_scp(source, CODINGS[coding]))
    assert np.array_equal(found.rhythm.counts, source.rhythm.counts)
    assert np.array_equal(found.median.counts, source.median.counts)


@pytest.mark.parametrize("name", FILES)
def test_what_a_child_sends_is_what_it_decoded(name):
    found = decode(FILES[name])
    arrived = decode_wire(encode(found))
    assert np.array_equal(arrived.rhythm.counts, found.rhythm.counts)
    assert (arrived.canonical_hash, arrived.experimental) == (
        found.canonical_hash,
        found.experimental,
    )
    assert (arrived.patient, arrived.warnings) == (found.patient, found.warnings)


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_shown_with_the_same_keys(name):
    found = decode(FILES[name])
    shown = json.loads(json.dumps(as_json(found, found.warnings), allow_nan=False))
    assert shown["format"] == name
    assert set(shown) == set(as_json(ecg(), ()))
    assert name in as_text(found, found.warnings)


def test_only_a_format_that_no_file_proves_is_experimental():
    marked = {name for name, data in FILES.items() if decode(data).experimental}
    # The synthetic ECG has no numbers that would bear out the rate of Schiller's file.
    assert marked == {"mortara-xml", "schiller-xml"}
