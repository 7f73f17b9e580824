"""Synthetic ECGs for tests of formats, and ways to damage the files written from them."""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRBigEndian

from apps.ecg.formats import decode
from apps.ecg.formats.canonical import (
    STANDARD_LEADS,
    DecodedEcg,
    Lead,
    PatientIdentity,
    Refused,
    SourceMeasurement,
    SourceStatement,
    Waveform,
)
from apps.ecg.formats.dicom.writer import DicomOptions, write_dicom

UV = Decimal(1000)
STORAGE = "1.2.840.10008.5.1.4.1.1"
# lead: (P, R, S, T) heights in counts
WAVES = {
    "I": (60, 700, -80, 160),
    "II": (100, 1000, -120, 240),
    "V1": (40, 200, -900, -60),
    "V2": (50, 400, -1200, 300),
    "V3": (50, 700, -800, 400),
    "V4": (60, 1300, -500, 420),
    "V5": (60, 1400, -250, 350),
    "V6": (60, 1100, -100, 260),
}
_TIMES = ((-0.17, 0.025), (0.0, 0.012), (0.03, 0.012), (0.28, 0.05))


def rows(rate: int = 500, seconds: float = 10, beat_s: float = 0.9) -> dict[str, np.ndarray]:
    """Counts of all twelve leads; limb leads follow from I and II within one count."""
    t = np.arange(round(rate * seconds)) / rate
    phase = (t + beat_s / 2) % beat_s - beat_s / 2
    noise = np.random.default_rng(7)
    found = {}
    for name, heights in WAVES.items():
        waves = zip(heights, _TIMES, strict=True)
        clean = sum(h * np.exp(-(((phase - at) / width) ** 2)) for h, (at, width) in waves)
        found[name] = np.round(clean + noise.normal(0, 4, t.size)).astype(np.int32)
    one, two = found["I"], found["II"]
    halves = {"III": 2 * (two - one), "aVR": -(one + two), "aVL": 2 * one - two}
    halves["aVF"] = 2 * two - one
    return found | {name: value // 2 for name, value in halves.items()}


def waveform(
    names: tuple[str, ...] = STANDARD_LEADS,
    nv_per_lsb: Decimal = UV,
    counts: np.ndarray | None = None,
    kind: str = "rhythm",
    **shape: float,
) -> Waveform:
    """A rhythm (or median) of these leads at one scale."""
    rate = int(shape.pop("rate", 500))
    if counts is None:
        signal = rows(rate, **shape)
        counts = np.stack([signal[name] for name in names], axis=1)
    leads = tuple(Lead(name, nv_per_lsb) for name in names)
    return Waveform(kind, leads, counts.astype(np.int32), Decimal(rate))  # type: ignore[arg-type]


def ecg(rhythm: Waveform | None = None, **fields: object) -> DecodedEcg:
    """A complete ECG around a rhythm."""
    defaults: dict[str, object] = {
        "format": "synthetic",
        "decoder": "synthetic",
        "vendor": "Acme",
        "model": "Cart 1",
        "software": "1.0",
        "acquired_local": dt.datetime(2026, 3, 1, 10, 20, 30),  # noqa: DTZ001 — local on purpose
        "patient": PatientIdentity(
            family_name="Test", given_name="Tilda", identifier="0012", born_on=dt.date(1980, 5, 4)
        ),
        "electrode_system": "standard",
        "measurements": (SourceMeasurement("heart_rate_bpm", 67.0, "/min"),),
        "statements": (SourceStatement("Sinus rhythm"),),
    }
    return DecodedEcg(rhythm=rhythm or waveform(), **{**defaults, **fields})  # type: ignore[arg-type]


def median(**shape: float) -> Waveform:
    return waveform(kind="median", seconds=1.2, beat_s=1.2, **shape)


def file(
    rhythm: Waveform | None = None, options: DicomOptions | None = None, **kw: object
) -> bytes:
    return write_dicom(ecg(rhythm, **kw), options or DicomOptions(seed="test"))


def edited(data: bytes, change: Callable[[Dataset], object]) -> bytes:
    """The file after `change` was applied to its data set, whatever it writes."""
    with pydicom.config.disable_value_validation():
        dataset = pydicom.dcmread(io.BytesIO(data))
        change(dataset)
        out = io.BytesIO()
        dataset.save_as(out)
    return out.getvalue()


def of_kind(uid: str, change: Callable[[Dataset], object] = bool) -> Callable[[Dataset], None]:
    """Makes the data set an object of another SOP class."""

    def apply(dataset: Dataset) -> None:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = uid
        change(dataset)

    return apply


def encapsulated(document: bytes, length: int | None = None) -> bytes:
    """A PDF in DICOM."""

    def change(dataset: Dataset) -> None:
        del dataset.WaveformSequence, dataset.WaveformAnnotationSequence
        dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
        dataset.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
        if length is not None:
            dataset.EncapsulatedDocumentLength = length

    return edited(file(), of_kind(f"{STORAGE}.104.1", change))


def put(dataset: Dataset, keyword: str, value: bytes) -> None:
    """Sets an element to raw bytes that no library would write."""
    tag = Tag(keyword)
    vr = pydicom.datadict.dictionary_VR(tag).replace("OB or OW", "OW")
    little = dataset.original_encoding[1] is not False
    dataset[tag] = RawDataElement(tag, vr, len(value), value, 0, False, little)


def replaced(data: bytes, keyword: str, value: bytes) -> bytes:
    """The file with the bytes of one present top-level element replaced."""
    tag = Tag(keyword)
    head = struct.pack(
        "<HH2s", tag.group, tag.element, pydicom.datadict.dictionary_VR(tag).encode()
    )
    at = data.index(head)
    (length,) = struct.unpack_from("<H", data, at + 6)
    return data[: at + 6] + struct.pack("<H", len(value)) + value + data[at + 8 + length :]


def channel(dataset: Dataset, index: int = 0, group: int = 0) -> Dataset:
    return dataset.WaveformSequence[group].ChannelDefinitionSequence[index]


def refusal(data: bytes) -> str:
    """The code a file is refused with; fails where it is accepted."""
    try:
        decode(data)
    except Refused as refused:
        return refused.code
    raise AssertionError("the file was accepted")


def warned(data: bytes) -> set[str]:
    return {warning.code for warning in decode(data).warnings}


def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    """One explicit little-endian element with a short length."""
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


BIG_ENDIAN = ExplicitVRBigEndian
