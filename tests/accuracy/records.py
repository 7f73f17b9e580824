"""The labelled records of the corpus, read by the wfdb library: signal, marks and labels apart."""

from __future__ import annotations

import ast
import csv
import math
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.ecg.formats.canonical import STANDARD_LEADS
from tests.corpus import FOLDER

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wfdb

CANONICAL = {name.lower(): name for name in STANDARD_LEADS}
SYMBOLS = {"p": "p", "N": "qrs", "t": "t"}
SNOMED = {
    "164889003": "AFIB",
    "59118001": "CRBBB",
    "164884008": "PVC",
    "429622005": "STD_",
}

Mark = tuple[float, float, float]
Marks = dict[str, dict[str, list[Mark]]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One record: µV as (samples, leads), manual marks in ms by wave and lead, labels as coded."""

    source: str
    name: str
    samples_uv: NDArray[np.float64]
    leads: tuple[str, ...]
    rate_hz: float
    labels: frozenset[str]
    sex: str = ""
    age_years: int | None = None
    device: str = ""
    marks: Marks = field(default_factory=dict)

    @property
    def tuned(self) -> bool:
        """Odd numbers tune, even ones report."""
        return int("".join(c for c in self.name if c.isdigit())) % 2 == 1


def ludb(only: Collection[str] = ()) -> Iterator[Labelled]:
    """Those named; all without a name."""
    folder = FOLDER / "ludb"
    for row in _rows(folder / "ludb_subset.csv"):
        if only and row["ID"] not in only:
            continue
        stem = folder / "data" / row["ID"]
        samples, leads, rate = signal_of(stem)
        yield Labelled(
            "ludb",
            row["ID"],
            samples,
            leads,
            rate,
            _ludb_labels(row),
            sex=row["Sex"].strip(),
            age_years=_age(row["Age"]),
            marks=marks_of(stem, rate),
        )


def ptbxl(only: Collection[str] = ()) -> Iterator[Labelled]:
    """Those named; all without a name."""
    folder = FOLDER / "ptbxl"
    for row in _rows(folder / "ptbxl_database_subset.csv"):
        if only and row["ecg_id"] not in only:
            continue
        codes = set(ast.literal_eval(row["scp_codes"]))
        if row["pacemaker"].startswith("ja"):
            codes.add("PACE")
        samples, leads, rate = signal_of(folder / row["filename_hr"])
        yield Labelled(
            "ptbxl",
            row["ecg_id"],
            samples,
            leads,
            rate,
            frozenset(codes),
            sex={"0": "M", "1": "F"}.get(row["sex"], ""),
            age_years=_age(row["age"]),
            device=" ".join(row["device"].split()),
        )


def cpsc() -> Iterator[Labelled]:
    for header in sorted((FOLDER / "cpsc2018").glob("*.hea")):
        text = header.read_text()
        (found,) = (line for line in text.splitlines() if line.startswith("# Dx:"))
        codes = {SNOMED.get(code.strip(), code.strip()) for code in found[5:].split(",")}
        samples, leads, rate = signal_of(header.with_suffix(""))
        yield Labelled("cpsc2018", header.stem, samples, leads, rate, frozenset(codes))


def signal_of(stem: Path) -> tuple[NDArray[np.float64], tuple[str, ...], float]:
    """Samples in µV, lead names and rate."""
    record = wfdb.rdrecord(str(stem))
    leads = tuple(CANONICAL[name.lower()] for name in record.sig_name)
    return record.p_signal * 1000, leads, float(record.fs)


def marks_of(stem: Path, rate_hz: float) -> Marks:
    """(onset, peak, offset) in ms of every marked wave; NaN where a border was not marked."""
    found: Marks = {"p": {}, "qrs": {}, "t": {}}
    for low, lead in CANONICAL.items():
        with warnings.catch_warnings():
            # wfdb calls pandas as it once was.
            warnings.simplefilter("ignore")
            notes = wfdb.rdann(str(stem), low)
        at = notes.sample * 1000 / rate_hz
        for place, symbol in enumerate(notes.symbol):
            if symbol in SYMBOLS:
                before = place > 0 and notes.symbol[place - 1] == "("
                after = place + 1 < len(at) and notes.symbol[place + 1] == ")"
                on = float(at[place - 1]) if before else math.nan
                off = float(at[place + 1]) if after else math.nan
                found[SYMBOLS[symbol]].setdefault(lead, []).append((on, float(at[place]), off))
    return found


def _ludb_labels(row: dict[str, str]) -> frozenset[str]:
    columns = [value for name, value in row.items() if name not in ("ID", "Sex", "Age")]
    parts = [part for value in columns for line in value.splitlines() for part in line.split(";")]
    return frozenset(part.strip() for part in parts if part.strip())


def _age(text: str) -> int | None:
    number = text.strip().lstrip(">")
    return int(float(number)) if number.replace(".", "").isdigit() else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
