"""A file that was cut anywhere is not whole; a whole one is, in every format."""

from __future__ import annotations

import io
import zipfile

import pytest

from apps.ecg.formats.aecg.writer import write_aecg
from apps.ecg.formats.muse.writer import write_muse
from apps.ecg.formats.philips.writer import write_philips
from apps.ingestion.smb.completeness import is_complete, is_document
from tests.formats import ecgs
from tests.formats.files_of_formats import by_name
from tests.formats.writers.edf import edf
from tests.formats.writers.ishne import ishne

PDF = b"%PDF-1.4\n" + b"1 0 obj\n" * 500 + b"%%EOF\n"


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", bytes(5000))
    return stream.getvalue()


ECG = ecgs.ecg(ecgs.waveform(seconds=2))
FILES = {
    "dicom": ecgs.file(ecgs.waveform(seconds=2)),
    "dicom-pdf": ecgs.encapsulated(PDF),
    "aecg": write_aecg(ECG),
    "muse": write_muse(ECG),
    "philips": write_philips(ECG),
    "edf": edf(ecgs.waveform(seconds=2)),
    "ishne": ishne(ecgs.waveform(seconds=2)),
    "pdf": PDF,
    "zip": zipped(),
    **by_name(2),
}


@pytest.mark.parametrize("name", FILES)
def test_a_whole_file_is_whole(name):
    assert is_complete(FILES[name])
    assert is_document(FILES[name]) == (name == "pdf")


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_is_not_whole(name):
    data = FILES[name]
    cuts = {len(data) * part // 40 for part in range(8, 40)} | {len(data) - 3}
    assert [cut for cut in sorted(cuts) if is_complete(data[:cut])] == []


def test_an_end_that_is_cut_by_whole_rows_is_no_end():
    whole = FILES["contec-ecg90a"]
    assert [cut for cut in range(1, 120) if is_complete(whole[:-cut])] == []


@pytest.mark.parametrize("uid", ["1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.88.11"])
def test_a_dicom_object_that_is_no_ecg_is_not_waited_for(uid):
    def bare(dataset):
        del dataset.WaveformSequence, dataset.WaveformAnnotationSequence

    other = ecgs.edited(FILES["dicom"], ecgs.of_kind(uid, bare))
    assert is_complete(other)
    assert not is_complete(other[:-3])
    assert not is_complete(ecgs.edited(FILES["dicom"], bare))


@pytest.mark.parametrize("data", [b"", bytes(4096), b"<a><b></b>", b"<a/"])
def test_what_was_only_begun_is_not_whole(data):
    assert not is_complete(data)


@pytest.mark.parametrize(
    "data", [b"plain text", b"<a/>", b'<?xml version="1.0"?>\n<!-- x --><a b="1">\n</a >\n\n']
)
def test_what_says_nothing_of_its_end_or_is_closed_is_whole(data):
    assert is_complete(data)


def test_an_xml_in_sixteen_bits_is_whole_when_its_root_is_closed():
    text = '<?xml version="1.0" encoding="utf-16"?><ecg><lead/></ecg>'
    assert is_complete(text.encode("utf-16"))
    assert not is_complete(text[:-4].encode("utf-16"))
