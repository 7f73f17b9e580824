"""One recording through every writer and back: units, types, orders, signs, gaps and scales."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from apps.ecg.formats import decode
from apps.ecg.formats.aecg.writer import write_aecg
from apps.ecg.formats.canonical import GAP_NV, Waveform
from apps.ecg.formats.dicom.writer import DicomOptions
from apps.ecg.formats.muse.writer import write_muse
from apps.ecg.formats.philips.writer import write_philips
from tests.formats import files_of_formats
from tests.formats.ecgs import file, waveform
from tests.formats.writers.edf import EdfOptions, edf
from tests.formats.writers.ishne import IshneOptions, ishne
from tests.formats.writers.wfdb import PACK, WfdbOptions, wfdb

CONTEC = "contec-ecg90a"
EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
PERMUTED = ("V6", "aVF", "II", "V1", "aVR", "V3", "I", "V5", "III", "V2", "aVL", "V4")


class Case(NamedTuple):
    format: str
    name: str
    source: Waveform
    write: Callable[[], bytes]


def recording(nv_per_lsb: str = "1000", offset_nv: int = 0, fit: int = 0) -> Waveform:
    """Three seconds of twelve leads; `fit` shrinks the counts to this height."""
    whole = waveform(nv_per_lsb=Decimal(nv_per_lsb), seconds=3)
    counts = whole.counts
    if fit:
        counts = np.round(counts / (np.abs(counts).max() / fit)).astype(np.int32)
    leads = tuple(replace(lead, offset_nv=Decimal(offset_nv)) for lead in whole.leads)
    return replace(whole, counts=counts, leads=leads)


def with_gaps(source: Waveform) -> Waveform:
    missing = np.zeros(source.counts.shape, bool)
    missing[40:60], missing[500:510, 7] = True, True
    return replace(source, missing=missing)


def cases() -> Iterator[Case]:
    yield from _dicom()
    yield from _edf()
    yield from _wfdb()
    yield from _ishne()
    yield from _carts()


def cart_files() -> dict[str, bytes]:
    """A file of each format of a cart, by the writers of the product."""
    whole = files_of_formats.source()
    return files_of_formats.by_name() | {
        "muse-xml": write_muse(whole),
        "philips-xml": write_philips(whole),
        "hl7-aecg": write_aecg(whole),
    }


def _carts() -> Iterator[Case]:
    for name, data in cart_files().items():
        whole = files_of_formats.source(800 if name == CONTEC else 500)
        yield Case(name, "12 leads", whole.rhythm, lambda d=data: d)  # type: ignore[misc]


def _dicom() -> Iterator[Case]:
    fine, small = recording("2440", 9760), recording("30000", fit=120)
    options: dict[str, tuple[Waveform, dict[str, object]]] = {
        "nV": (fine, {"unit": "nV"}),
        "uV": (fine, {"unit": "uV"}),
        "mV": (fine, {"unit": "mV"}),
        "correction 4.88": (fine, {"correction_factor": Decimal("4.88")}),
        "correction 0.5": (fine, {"correction_factor": Decimal("0.5")}),
        "baseline": (fine, {"baseline_counts": -700}),
        "8 bits": (small, {"sample_type": "SB"}),
        "8 bits unsigned": (small, {"sample_type": "UB"}),
        "12 bits": (fine, {"bits_stored": 12}),
        "16 bits unsigned": (fine, {"sample_type": "US"}),
        "32 bits": (fine, {"sample_type": "SL"}),
        "32 bits unsigned": (fine, {"sample_type": "UL"}),
        "64 bits": (fine, {"sample_type": "SV"}),
        "64 bits unsigned": (fine, {"sample_type": "UV"}),
        "implicit": (fine, {"encoding": "implicit-le"}),
        "big endian": (fine, {"encoding": "explicit-be"}),
        "big endian, 32 bits": (fine, {"encoding": "explicit-be", "sample_type": "SL"}),
        "deflated": (fine, {"encoding": "deflated"}),
        "permuted": (fine, {"leads": PERMUTED}),
        "8 leads": (fine, {"leads": EIGHT}),
        "-aVR": (fine, {"negate_avr": True}),
        "padding": (with_gaps(fine), {"padding": -32768}),
    }
    for name, (source, given) in options.items():
        made = DicomOptions(seed="trip", **given)  # type: ignore[arg-type]
        yield Case("dicom", name, source, lambda s=source, o=made: file(s, o))  # type: ignore[misc]


def _edf() -> Iterator[Case]:
    fine = recording("500", 2000)
    options = {
        "uV": EdfOptions(),
        "mV": EdfOptions(unit="mV", digital=(-20_000, 20_000)),
        "nV": EdfOptions(unit="nV", digital=(-9_000, 9_000)),
        "EDF+": EdfOptions(plus="C", prefix="ECG "),
        "24 bits": EdfOptions(bdf=True, digital=(-100_000, 100_000)),
        "baseline": EdfOptions(shift=300),
        "inverted": EdfOptions(inverted=True),
        "permuted": EdfOptions(leads=PERMUTED),
        "8 leads": EdfOptions(leads=EIGHT),
        "-aVR": EdfOptions(negate_avr=True),
    }
    for name, made in options.items():
        yield Case("edf", name, fine, lambda o=made: edf(fine, o))  # type: ignore[misc]


def _wfdb() -> Iterator[Case]:
    coarse, fine = recording("12500", 12_500, fit=110), recording("500", 2000)
    for storage in PACK:
        source = coarse if storage in (8, 80, 310, 311) else fine
        made = WfdbOptions(storage=storage)
        yield Case("wfdb", f"format {storage}", source, lambda s=source, o=made: wfdb(s, o))  # type: ignore[misc]
    options = {
        "uV": WfdbOptions(unit="uV"),
        "MATLAB": WfdbOptions(matlab=True),
        "baseline": WfdbOptions(baseline=-200),
        "permuted": WfdbOptions(leads=PERMUTED),
        "8 leads": WfdbOptions(leads=EIGHT),
        "-aVR": WfdbOptions(negate_avr=True),
    }
    for name, made in options.items():
        yield Case("wfdb", name, fine, lambda o=made: wfdb(fine, o))  # type: ignore[misc]
    gaps = with_gaps(fine)
    yield Case("wfdb", "padding", gaps, lambda: wfdb(gaps))


def _ishne() -> Iterator[Case]:
    fine = recording("4880")
    for name, made in {
        "8 leads": IshneOptions(),
        "permuted": IshneOptions(leads=EIGHT[::-1]),
        "variable part": IshneOptions(comment=b"odd"),
    }.items():
        yield Case("ishne", name, fine, lambda o=made: ishne(fine, o))  # type: ignore[misc]


def error_nv(case: Case) -> int:
    """The largest difference over all leads that came back, gaps in their places."""
    found, source = decode(case.write()).rhythm, case.source
    names, largest = source.lead_names(), 0
    wanted, got = source.nanovolts(), found.nanovolts()
    assert {"I", "II"} <= set(found.lead_names())
    for column, lead in enumerate(found.leads):
        if lead.derived:
            continue
        one, two = got[:, column], wanted[:, names.index(lead.name)]
        assert np.array_equal(one == GAP_NV, two == GAP_NV), lead.name
        largest = max(largest, int(np.abs(one - two).max()))
    return largest
