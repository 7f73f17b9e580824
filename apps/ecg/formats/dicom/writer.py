"""Writes an ECG as a DICOM 12-lead or General ECG file, for synthetic recordings and exports.

The samples written are the exact counts; a scale or type that cannot hold them is an error.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import UID, generate_uid

from apps.ecg.formats.canonical import DecodedEcg, Filters, Lead, Waveform
from apps.ecg.formats.gaps import fill_gaps

from .part10 import SYNTAXES
from .sop_classes import GENERAL, TWELVE_LEAD
from .writer_codes import annotation_items, code_item, lead_source, units
from .writer_header import describe

SampleType = Literal["SB", "UB", "SS", "US", "SL", "UL", "SV", "UV"]
Encoding = Literal["explicit-le", "implicit-le", "explicit-be", "deflated"]
_ENCODINGS: dict[Encoding, str] = dict(
    zip(("implicit-le", "explicit-le", "explicit-be", "deflated"), SYNTAXES, strict=True)
)
_BITS = {"B": 8, "S": 16, "L": 32, "V": 64}
_NV_PER_UNIT = {"nV": 1, "uV": 1_000, "mV": 1_000_000}
_LABELS = {"rhythm": "RHYTHM", "median": "MEDIAN BEAT"}


@dataclass(frozen=True, slots=True)
class DicomOptions:
    """How the same ECG is written; the defaults are what most carts write."""

    general: bool = False
    encoding: Encoding = "explicit-le"
    sample_type: SampleType = "SS"
    bits_stored: int | None = None
    unit: Literal["nV", "uV", "mV"] = "uV"
    correction_factor: Decimal = Decimal(1)
    baseline_counts: int | None = (
        None  # added to every sample; None: mid-range of ≤ 16 bits where unsigned
    )
    padding: int | None = None
    scheme: Literal["SCPECG", "MDC"] = "SCPECG"
    leads: tuple[str, ...] = ()  # which, in which order; empty: as they are
    negate_avr: bool = False
    labels: bool = True
    median_first: bool = False
    synthetic: bool = True
    seed: str = ""  # the same seed and ECG give the same UIDs, so the same bytes


DEFAULTS = DicomOptions()


def write_dicom(ecg: DecodedEcg, options: DicomOptions = DEFAULTS) -> bytes:
    """The file. Raises ValueError where the options cannot hold the ECG exactly."""
    sop_class = GENERAL if options.general else TWELVE_LEAD
    syntax = _ENCODINGS[options.encoding]
    dataset = FileDataset("", {}, preamble=b"\0" * 128)
    uids = _uids(ecg, options.seed)
    describe(dataset, ecg, synthetic=options.synthetic)
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, ecg.sop_instance_uid or uids[0]
    dataset.StudyInstanceUID = ecg.study_instance_uid or uids[1]
    dataset.SeriesInstanceUID = uids[2]
    waveforms = [w for w in (ecg.rhythm, ecg.median) if w is not None]
    if options.median_first:
        waveforms.reverse()
    dataset.WaveformSequence = Sequence(
        [_group(w, ecg.filters, options, SYNTAXES[syntax].order) for w in waveforms]
    )
    if items := annotation_items(ecg, options.scheme):
        dataset.WaveformAnnotationSequence = Sequence(items)
    dataset.file_meta = _meta(dataset, syntax)
    out = io.BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()


def _meta(dataset: Dataset, syntax: str) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(syntax)
    return meta


def _uids(ecg: DecodedEcg, seed: str) -> list[str]:
    if not seed:
        return [str(generate_uid()) for _ in range(3)]
    sources = [seed, ecg.canonical_hash, str(ecg.acquired_local)]
    return [str(generate_uid(entropy_srcs=[*sources, part])) for part in ("sop", "study", "series")]


def _group(waveform: Waveform, filters: Filters, options: DicomOptions, order: str) -> Dataset:
    names = waveform.lead_names()
    wanted = options.leads or names
    columns = [names.index(name) for name in wanted]
    leads = [waveform.leads[i] for i in columns]
    raw = _stored(waveform, columns, leads, options)
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL" if waveform.kind == "rhythm" else "DERIVED"
    if options.labels:
        group.MultiplexGroupLabel = _LABELS[waveform.kind]
    group.NumberOfWaveformChannels = len(leads)
    group.NumberOfWaveformSamples = waveform.samples
    group.SamplingFrequency = _ds(waveform.sampling_rate_hz)
    group.ChannelDefinitionSequence = Sequence([_channel(lead, filters, options) for lead in leads])
    bits = _BITS[options.sample_type[1]]
    group.WaveformBitsAllocated = bits
    group.WaveformSampleInterpretation = options.sample_type
    kind = np.dtype(f"{order}{'i' if options.sample_type[0] == 'S' else 'u'}{bits // 8}")
    data = raw.astype(kind).tobytes()
    if options.padding is not None:
        group.add_new(0x5400100A, _data_vr(bits), np.array(options.padding, kind).tobytes())
    group.add_new(0x54001010, _data_vr(bits), data + b"\0" * (len(data) % 2))
    return group


def _data_vr(bits: int) -> str:
    return "OB" if bits == 8 else "OW"


def _stored(
    waveform: Waveform, columns: list[int], leads: list[Lead], options: DicomOptions
) -> NDArray[np.int64]:
    """The integers in the file: signed as the lead is stored, shifted, padded, and in range."""
    filled = fill_gaps(waveform.counts, waveform.missing)
    raw = filled[:, columns].astype(np.int64)
    for column, lead in enumerate(leads):
        if _is_negated(lead, options):
            raw[:, column] = -raw[:, column]
    raw += _shift(options)
    bits = options.bits_stored or _BITS[options.sample_type[1]]
    signed = options.sample_type[0] == "S"
    low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
    if raw.min() < low or raw.max() >= high:
        raise ValueError(f"samples do not fit {bits} bits {options.sample_type}")
    if waveform.missing is not None:
        if options.padding is None:
            raise ValueError("missing samples need a padding value")
        raw[waveform.missing[:, columns]] = options.padding
    return raw


def _shift(options: DicomOptions) -> int:
    if options.baseline_counts is not None:
        return options.baseline_counts
    bits = options.bits_stored or _BITS[options.sample_type[1]]
    return 0 if options.sample_type[0] == "S" else 1 << min(bits, 16) - 1


def _is_negated(lead: Lead, options: DicomOptions) -> bool:
    return lead.name == "aVR" and options.negate_avr


def _channel(lead: Lead, filters: Filters, options: DicomOptions) -> Dataset:
    channel = Dataset()
    negated = _is_negated(lead, options)
    source = lead_source(lead, options.scheme, negated=negated)
    channel.ChannelSourceSequence = Sequence([source])
    unit_nv = _NV_PER_UNIT[options.unit]
    offset = -lead.offset_nv if negated else lead.offset_nv
    offset -= _shift(options) * lead.nv_per_lsb
    channel.ChannelSensitivity = _ds(lead.nv_per_lsb / unit_nv / options.correction_factor)
    channel.ChannelSensitivityUnitsSequence = Sequence([code_item("UCUM", *units(options.unit))])
    channel.ChannelSensitivityCorrectionFactor = _ds(options.correction_factor)
    channel.ChannelBaseline = _ds(offset / unit_nv)
    channel.ChannelSampleSkew = "0"
    channel.WaveformBitsStored = options.bits_stored or _BITS[options.sample_type[1]]
    for keyword, value in (
        ("FilterLowFrequency", filters.high_pass_hz),
        ("FilterHighFrequency", filters.low_pass_hz),
        ("NotchFilterFrequency", filters.notch_hz),
    ):
        if value is not None:
            setattr(channel, keyword, _ds(Decimal(str(value))))
    return channel


def _ds(value: Decimal) -> Any:
    """An exact DS. Raises ValueError where 16 characters do not hold it."""
    text = format(value.normalize(), "f")
    if len(text) > 16:
        text = format(value.normalize(), "E").replace("E+", "E")
    if len(text) > 16 or Decimal(text) != value:
        raise ValueError("a number has too many digits for DICOM")
    return text
