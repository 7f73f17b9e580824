"""docs/corpus.tsv says what becomes of every file of the corpus, and it is true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.corpus import FOLDER, REQUIRED
from tests.corpus_table import (
    DECODED,
    PART,
    REFUSED,
    Row,
    files_of,
    folders,
    lost,
    read_table,
    rows_of,
)

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir() and not REQUIRED, reason=f"NO CORPUS at {FOLDER}: set EINTHOVEN_CORPUS"
)
LARGEST_NV = 1.0  # an independent reader computes in floating point; half a nanovolt is rounding


def test_the_table_names_every_file_once():
    here = [path.relative_to(FOLDER).as_posix() for f in folders() for path in files_of(f)]
    assert [row.file for row in read_table()] == here


@pytest.mark.parametrize("folder", folders() or ["no-corpus"])
def test_every_file_becomes_what_the_table_says(folder):
    wanted = [row for row in read_table() if row.file.startswith(f"{folder}/")]
    found = list(rows_of(files_of(folder)))
    assert lost(wanted, found) == []
    assert found == wanted


def test_every_decoded_file_agrees_with_an_independent_reader_where_there_is_one():
    judged = [row for row in read_table() if row.oracle]
    assert judged
    assert max(float(row.difference_nv) for row in judged) <= LARGEST_NV


def test_of_the_decoded_files_one_only_has_no_independent_reader():
    """It announces more samples than it holds; `test_scp_peers` has it read once that is mended."""
    alone = [row.file for row in read_table() if row.result == DECODED and not row.oracle]
    assert alone == ["contec-ecg90a/0000050.ECG.scp"]


def test_a_refusal_says_why_and_a_part_says_of_what():
    rows = read_table()
    assert {row.result for row in rows} == {DECODED, REFUSED, PART}
    assert all(row.what for row in rows)


@pytest.mark.parametrize("change", [{"result": REFUSED}, {"what": "ecg1:other"}])
def test_a_file_that_is_lost_is_noticed(change):
    row = Row("a", DECODED, "dicom", "ecg1:one")
    assert lost([row], [row]) == []
    assert lost([row], [replace(row, **change)]) == ["a"]
    assert lost([row], []) == ["a"]
