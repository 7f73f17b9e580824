"""SCP-ECG against another reader, and real files against the same recordings in other formats."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from ecgdatakit.exceptions import CorruptedFileError, UnsupportedFormatError
from ecgdatakit.parsing.parsers.hl7_aecg import HL7aECGParser
from ecgdatakit.parsing.parsers.scp_ecg import SCPECGParser

from apps.ecg.formats import decode, scp
from apps.ecg.formats.canonical import DecodedEcg
from apps.ecg.formats.scp.sections import read_record
from apps.ecg.formats.scp.writer import assemble
from tests.corpus import corpus_params
from tests.formats.ecgs import refusal
from tests.formats.test_scp_coding import ONE_TABLE, TABLES, written, zones

SUBTRACTED = {"subtract": True, "beats": zones(), "beat_fiducial": 200}
CODINGS = {
    "plain": {"huffman": False, "difference": 0},
    "first difference": {"huffman": False, "difference": 1},
    "default table": {},
    "own table": {"tables": ONE_TABLE},
    "switching tables": {"tables": TABLES},
    "subtracted beat": SUBTRACTED,
    "protocol 1.3": {"protocol": 13},
    "protocol 3.0": {"protocol": 30},
}


def judged(data: bytes, folder: Path) -> dict[str, np.ndarray]:
    """Counts of each lead, as ecgdatakit reads them."""
    path = folder / "record.scp"
    path.write_bytes(data)
    return {lead.label: np.asarray(lead.samples) for lead in SCPECGParser().parse(path).leads}


def assert_agrees(found: DecodedEcg, peer: dict[str, np.ndarray]) -> None:
    for column, lead in enumerate(found.rhythm.leads):
        if not lead.derived:
            assert np.array_equal(found.rhythm.counts[:, column], peer[lead.name]), lead.name


@pytest.mark.parametrize("coding", CODINGS)
def test_every_coding_is_read_as_another_reader_reads_it(coding, tmp_path):
    data = written(**CODINGS[coding])
    assert_agrees(decode(data), judged(data, tmp_path))


def test_bimodal_is_beyond_that_reader(tmp_path):
    """So only the plain rule of the tests judges it, and it is marked experimental."""
    data = written(bimodal=4, beats=zones())
    with pytest.raises(UnsupportedFormatError):
        judged(data, tmp_path)
    assert decode(data).experimental


def named(folder: str, name: str) -> list[object]:
    return [p for p in corpus_params(folder) if getattr(p, "id", "") in (name, "no-corpus")]


@pytest.mark.parametrize("path", named("scp-ecg", "eli250_huffman.scp"))
def test_the_coded_file_agrees_with_another_reader_and_with_its_twin(path, tmp_path):
    found = decode(path.read_bytes())
    assert_agrees(found, judged(path.read_bytes(), tmp_path))
    twin = path.parents[1] / "dicom-ecg" / "ecgtoolkit_eli250_implicitvr.dcm"
    other = decode(twin.read_bytes())
    assert found.canonical_hash == other.canonical_hash
    # The twin's median has 600 samples, the last one missing in every lead.
    assert np.array_equal(found.median.counts, other.median.counts[:599])
    assert not found.experimental


@pytest.mark.parametrize("path", named("scp-ecg", "eli250_huffman.scp"))
def test_the_coded_file_holds_the_counts_of_its_aecg_twin(path):
    found = decode(path.read_bytes())
    twin = HL7aECGParser().parse(path.parents[1] / "hl7-aecg" / "hl7_example_eli250.xml")
    assert_agrees(found, {lead.label: np.asarray(lead.samples) for lead in twin.leads})
    assert {(lead.resolution, lead.sampling_rate) for lead in twin.leads} == {(2.5, 500)}


@pytest.mark.parametrize("path", named("scp-ecg", "eli250_huffman.scp"))
def test_the_coded_file_says_who_what_and_when(path):
    found = decode(path.read_bytes())
    assert {m.name: m.value for m in found.measurements} == {
        "p_ms": 102,
        "pr_ms": 148,
        "qrs_ms": 120,
        "qt_ms": 420,
        "p_axis_deg": 44,
        "qrs_axis_deg": -61,
        "t_axis_deg": 86,
        "qtc_ms": 443,
    }
    assert (found.model, found.patient.family_name, found.patient.sex) == ("ELI250", "Clark", "M")
    assert found.acquired_local.isoformat() == "2002-11-22T09:10:00"
    assert found.filters.notch_hz is None


@pytest.mark.parametrize("path", named("scp-ecg", "healforce_prince180d_62.scp"))
def test_the_file_that_only_looks_like_the_standard_is_refused(path):
    assert refusal(path.read_bytes()) == "scp-not-conformant"


@pytest.mark.parametrize("path", named("contec-ecg90a", "0000050.ECG.scp"))
def test_the_plain_file_cut_by_its_writer_agrees_once_it_announces_what_it_holds(path, tmp_path):
    """It announces 37,855 samples and holds 32,767, all that a lead's length can state.

    The other reader refuses that; here it is read as far as it goes, with a warning.
    """
    data = path.read_bytes()
    found = scp.decode(data)
    assert found.rhythm.samples == 32_767
    assert "cut-at-limit" in {w.code for w in found.warnings}
    with pytest.raises(CorruptedFileError):
        judged(data, tmp_path)
    sections = read_record(data).sections
    honest = sections[3].replace(struct.pack("<I", 37_855), struct.pack("<I", 32_767))
    assert_agrees(found, judged(assemble(sections | {3: honest}, 20), tmp_path))
