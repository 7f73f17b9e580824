"""The parts that need no database: decode, measure, pack, print, message."""

from __future__ import annotations

import datetime as dt
import statistics
import time
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pydicom
import zstandard
from hl7apy.parser import parse_message

from apps.core.blobs.keyring import Keyring
from apps.core.blobs.sealing import seal_bytes, unseal_bytes
from apps.ecg.formats import decode, dicom, sandbox
from apps.ecg.formats.packing import pack, unpack
from apps.ecg.signal import measure as measure_signal
from apps.ecg.signal.synthesis import SynthesisSpec, synthesize
from apps.ecg.waveforms import LEVEL
from apps.integrations.hl7.oru import build_oru
from apps.reports.pdf import render, render_all
from apps.reports.printed_reader import beat_of
from tests.bench import files
from tests.bench.cost import Cost, cost_of, costs_of
from tests.bench.processes import tree_cpu_ms
from tests.bench.rows import Row, Size, beside, within
from tests.integrations.oru_examples import changed
from tests.reports.report_examples import SIGNED

RING = Keyring("bench", {"bench": bytes(range(32))})
FORK_MS = 5.0
MEASURE_MS, PDF_MS, MESSAGE_MS = 25.0, 25.0, 8.0


def decoding(size: Size) -> Iterator[Row]:
    data = files.real()
    samples = bytes(pydicom.dcmread(files.real_path()).WaveformSequence[0].WaveformData)
    ours, meaning, peer, bare = costs_of(
        [
            lambda: decode(data),
            lambda: dicom.decode(data),
            lambda: pydicom.dcmread(files.real_path()).waveform_array(0),
            lambda: np.frombuffer(samples, "<i2").reshape(-1, 12).astype(np.int32),
        ],
        size.runs,
    )
    named = "pydicom dcmread + waveform_array"
    yield beside("decode with all checks of the signal", ours, named, peer, bar=1.0)
    yield beside("decode without them", meaning, named, peer, bar=1.0)
    yield beside("decode with all checks", ours, "numpy.frombuffer of the samples", bare)
    child = _in_child(data, size.runs)
    yield beside("decode in the limited child", child, "in process", ours)
    more = Cost(
        (child.cpu_ms or 0) - (ours.cpu_ms or 0), (child.wall_ms or 0) - (ours.wall_ms or 0)
    )
    yield within("what the child adds, wall", more, FORK_MS, wall=True)


def _in_child(data: bytes, runs: int) -> Cost:
    """Wall time of the caller; CPU of caller, server and children."""
    sandbox.decode_limited(data)
    server = sandbox.default._process
    assert server is not None
    ours, theirs = time.process_time(), tree_cpu_ms([server.pid])
    walls = []
    for _ in range(max(runs, 20)):
        began = time.perf_counter()
        sandbox.decode_limited(data)
        walls.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - ours) * 1000 + tree_cpu_ms([server.pid]) - theirs
    return Cost(cpu / len(walls), statistics.median(walls))


def measuring(size: Size) -> Iterator[Row]:
    for rate in (500, 1000):
        made = synthesize(SynthesisSpec(seed=7, sampling_rate_hz=rate))
        leads, samples = made.waveform().lead_names(), made.samples_uv()
        cost = cost_of(lambda s=samples, n=leads, r=rate: measure_signal(s, n, r), size.runs)
        yield within(f"measure 12 leads × 10 s × {rate} Hz, synthetic", cost, MEASURE_MS)
    rhythm = files.real_ecg().rhythm
    cost = cost_of(
        lambda: measure_signal(rhythm.samples_uv(), rhythm.lead_names(), 1000.0), size.runs
    )
    yield within("measure the real ECG, 1000 Hz", cost, MEASURE_MS)
    lead = rhythm.samples_uv()[:, rhythm.lead_names().index("II")] / 1000
    peer = cost_of(lambda: _by_neurokit2(lead, 1000), max(1, size.runs // 10))
    yield beside("measure its 12 leads", cost, "neurokit2, lead II alone", peer, bar=1.0)


def _by_neurokit2(line: Any, rate_hz: int) -> None:
    # It imports much that only this row needs.
    import neurokit2

    clean = neurokit2.ecg_clean(line, sampling_rate=rate_hz)
    _, peaks = neurokit2.ecg_peaks(clean, sampling_rate=rate_hz)
    neurokit2.ecg_delineate(clean, peaks["ECG_R_Peaks"], sampling_rate=rate_hz, method="dwt")


def packing(size: Size) -> Iterator[Row]:
    name = uuid.uuid4()
    for rate in (500, 1000):
        rhythm = synthesize(SynthesisSpec(seed=7, sampling_rate_hz=rate)).waveform()
        yield from _packing(f"{rate} Hz synthetic", rhythm, name, size)
    yield from _packing("1000 Hz real", files.real_ecg().rhythm, name, size)


def _packing(label: str, rhythm: Any, name: uuid.UUID, size: Size) -> Iterator[Row]:
    plain = rhythm.counts.astype("<i2").tobytes()
    compressor = zstandard.ZstdCompressor(level=LEVEL)

    def stored() -> bytes:
        return seal_bytes(compressor.compress(pack(rhythm, name)), 1, RING)

    def opened() -> object:
        return unpack(zstandard.ZstdDecompressor().decompress(unseal_bytes(sealed, 1, RING)))

    sealed = stored()
    ours, back, peer = costs_of([stored, opened, lambda: zlib.compress(plain, 6)], size.runs)
    yield beside(f"pack + compress + seal, {label}", ours, "zlib-6 of int16", peer, bar=1.0)
    yield beside(f"unseal + decompress + unpack, {label}", back, "zlib-6 of int16", peer)
    small, other = len(sealed) / 1000, len(zlib.compress(plain, 6)) / 1000
    size_name = f"size at rest, {label}, of {len(plain) / 1000:.0f} kB"
    yield Row(size_name, Cost(), "zlib-6 of int16", small, other, "kB", bar=1.0)
    if label.startswith("500"):
        yield Row("waveform to the viewer, 500 Hz", Cost(), "budget", small, 45, "kB", bar=1.0)


def printing(size: Size) -> Iterator[Row]:
    rhythm = files.real_ecg().rhythm
    rate_hz = float(rhythm.sampling_rate_hz)
    peaks = measure_signal(rhythm.samples_uv(), rhythm.lead_names(), rate_hz).r_peaks
    beats = {
        "algorithm": "measure",
        "peaks": list(peaks),
        "borders": {"qrs_on": -48.0},
        "moved": [],
    }

    def whole() -> None:
        render_all(replace(SIGNED, rhythm=rhythm, beat=beat_of(beats, rhythm, None)))

    content = replace(SIGNED, rhythm=rhythm, beat=beat_of(beats, rhythm, None))
    yield within("report PDF, real ECG", cost_of(lambda: render(content), size.runs), PDF_MS)
    both = cost_of(whole, size.runs)
    yield within("report and one-page form, two PDFs from the median beat on", both, 2 * PDF_MS)


def messaging(size: Size) -> Iterator[Row]:
    short = changed(sent_at=dt.datetime(2026, 3, 4, tzinfo=dt.UTC))
    pdf = render(replace(SIGNED, rhythm=files.real_ecg().rhythm))
    long = replace(short, pdf=pdf, measurements=short.measurements[:3])
    short_cost, long_cost, peer = costs_of(
        [
            lambda: build_oru(short),
            lambda: build_oru(long),
            lambda: parse_message(build_oru(short).decode(), find_groups=False),
        ],
        size.runs,
    )
    yield within("ORU^R01 with the PDF in it", long_cost, MESSAGE_MS)
    yield beside("ORU^R01 built", short_cost, "hl7apy parsing it", peer, bar=1.0)
