"""What is not an ECG file of a known format is refused by its name."""

from __future__ import annotations

import pytest

from apps.ecg.formats import FORMATS, decode
from apps.ecg.formats.canonical import Refused
from tests.formats.ecgs import STORAGE, edited, file, refusal, replaced


@pytest.mark.parametrize(
    ("uid", "code"),
    [
        (f"{STORAGE}.9.2.2", "dicom-other-hemodynamic"),
        (f"{STORAGE}.9.3.1", "dicom-electrophysiology"),
        (f"{STORAGE}.9.1", "dicom-trial-waveform"),
        (f"{STORAGE}.9.4.1", "dicom-other-waveform"),
        (f"{STORAGE}.104.1", "dicom-pdf"),
        (f"{STORAGE}.88.33", "dicom-structured-report"),
        (f"{STORAGE}.2", "dicom-image"),
        (f"{STORAGE}.7", "dicom-image"),
        ("1.2.3.4", "dicom-not-ecg"),
    ],
)
def test_other_dicom_objects_are_refused_by_kind(uid, code):
    def change(dataset):
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = uid

    assert refusal(edited(file(), change)) == code


def test_the_refusal_names_the_object():
    uid = f"{STORAGE}.9.3.1"
    with pytest.raises(Refused) as refused:
        decode(edited(file(), lambda d: setattr(d, "SOPClassUID", uid)))
    assert "Cardiac Electrophysiology Waveform Storage" in refused.value.message
    assert refused.value.field == "SOPClassUID"


def test_the_data_set_decides_over_the_file_meta():
    padded = f"{STORAGE}.9.1.2\0".encode()
    assert decode(replaced(file(), "SOPClassUID", padded + b"\0" * (len(padded) % 2)))


def test_an_object_without_kind_is_refused():
    def change(dataset):
        del dataset.SOPClassUID

    bare = edited(file(), change)[132:]
    assert refusal(bare[bare.index(b"\x08\x00\x05\x00") :]) == "dicom-no-sop-class"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "pdf-incomplete"),
        (b"\x89PNG\r\n\x1a\n", "unsupported-image"),
        (b"\xff\xd8\xff\xe0", "unsupported-image"),
        (b"PK\x03\x04", "unsupported-archive"),
        (b"MSH|^~\\&|", "unsupported-hl7-message"),
        (b'<?xml version="1.0"?><EcgReport/>', "unsupported-xml"),
        (b'<?xml version="1.0" encoding="IBM037"?><RestingECG/>', "xml-encoding"),
        (b'<?xml version="1.0"?><RestingECG>', "xml-malformed"),
        ("<ecgdata>".encode("utf-16"), "unsupported-xml"),
        (b"<html>", "unsupported-xml"),
        (b"\x01\x02\x03\x04" + b"\0" * 12 + b"SCPECG", "truncated"),
        (b"MZ\x90\0" + b"\0" * 200, "unknown-format"),
        (b"hello", "unknown-format"),
    ],
)
def test_other_content_is_refused_by_name(data, code):
    assert refusal(data) == code


def test_the_name_of_a_file_is_never_asked():
    assert decode.__code__.co_varnames[:1] == ("data",)


def test_every_format_has_the_same_shape():
    for format_ in FORMATS:
        assert format_.NAME
        assert format_.VERSION.startswith(format_.NAME)
        assert format_.recognises(b"") is False


def test_an_unforeseen_error_is_a_refusal_without_its_cause(monkeypatch):
    def broken(data):
        raise KeyError("Clark, 1953")

    monkeypatch.setattr(FORMATS[0], "decode", broken)
    with pytest.raises(Refused) as refused:
        decode(file())
    assert refused.value.code == "decoder-error"
    assert refused.value.__cause__ is None
    assert "Clark" not in refused.value.message
