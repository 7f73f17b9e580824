"""Whole files of every format to be damaged: by our writers, and the smallest of the corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from apps.ecg.formats import bundle
from apps.ecg.formats.canonical import Waveform
from apps.ecg.formats.dicom.writer import DicomOptions
from apps.ecg.management.files import read_file
from tests.corpus import FOLDER
from tests.corpus_table import DECODED, TABLE, read_table
from tests.formats.ecgs import file, median, waveform
from tests.formats.writers.edf import EdfOptions, edf
from tests.formats.writers.ishne import ishne
from tests.formats.writers.wfdb import WfdbOptions, wfdb_files
from tests.round_trips import cart_files

OF_CORPUS = 2  # files of each format
LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """`part` is what is damaged, `whole` makes a file of it again."""

    format: str
    name: str
    part: bytes
    whole: Callable[[bytes], bytes] = bytes


def written() -> Iterator[Source]:
    beat = median()
    for encoding in ("explicit-le", "implicit-le", "explicit-be", "deflated"):
        options = DicomOptions(encoding=encoding, seed="fuzz")  # type: ignore[arg-type]
        yield Source("dicom", encoding, file(options=options, median=beat))
    rhythm = waveform(nv_per_lsb=Decimal(1000))
    yield Source("edf", "edf", edf(rhythm))
    yield Source("edf", "edf+", edf(rhythm, EdfOptions(plus="C")))
    yield Source("edf", "bdf", edf(rhythm, EdfOptions(bdf=True)))
    yield Source("ishne", "ishne", ishne(rhythm))
    yield from _records(rhythm)
    for format_, data in cart_files().items():
        yield Source(format_, format_, data)


def _records(rhythm: Waveform) -> Iterator[Source]:
    """The archive's own checksum hides what is inside, so parts are damaged before packing."""
    files = wfdb_files(rhythm, WfdbOptions(matlab=True))
    yield Source("wfdb", "archive", bundle.write(files))
    for name, part in files.items():

        def whole(damaged: bytes, name: str = name) -> bytes:
            return bundle.write(files | {name: damaged})

        yield Source("wfdb", name.rpartition(".")[2], part, whole)


def of_corpus() -> Iterator[Source]:
    """The smallest decoded files of each format; none without a corpus."""
    if not (FOLDER.is_dir() and TABLE.exists()):
        return
    by_format: dict[str, list[bytes]] = {}
    for row in read_table():
        if row.result == DECODED:
            by_format.setdefault(row.format, []).append(read_file(FOLDER / row.file))
    for format_, found in sorted(by_format.items()):
        for number, data in enumerate(sorted(found, key=len)[:OF_CORPUS]):
            if len(data) <= LARGEST:
                yield Source(format_, f"corpus {number + 1}", data)


def sources() -> list[Source]:
    return [*written(), *of_corpus()]
