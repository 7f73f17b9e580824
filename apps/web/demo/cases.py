"""Invented patients and the ECGs made for them. Nobody here exists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from apps.ecg.models import Priority


@dataclass(frozen=True, slots=True)
class Person:
    family_name: str
    given_name: str
    prefix: str
    identifier: str
    born_on: dt.date
    sex: str


@dataclass(frozen=True, slots=True)
class Case:
    """One recording: what it looks like, how long ago it was made, how it came in.

    `spec` are the generator's arguments; `reading` is the signed text of a prior already read,
    `device_says` the statements of the invented cart, `format` what it writes,
    `accession` the order's number that was typed into it.
    """

    person: Person
    site: str
    hours_ago: float
    spec: dict[str, Any] = field(default_factory=dict)
    priority: str = Priority.ROUTINE
    door: str = "web"
    reading: str = ""
    device_says: tuple[str, ...] = ()
    format: Literal["dicom", "aecg", "scp"] = "dicom"
    accession: str = ""


LINDQVIST = Person("Lindqvist", "Maja", "Mrs", "004417882", dt.date(1952, 3, 14), "F")
MUELLER = Person("Müller", "Anneliese", "", "003870114", dt.date(1942, 11, 30), "F")
KOWALSKI = Person("Kowalski", "Jan", "Mr", "004600871", dt.date(1979, 7, 19), "M")
OSEI = Person("Osei", "Kwame", "", "002998310", dt.date(1968, 9, 23), "M")
BRENNAN = Person("Brennan", "Aoife", "Ms", "004701552", dt.date(1992, 5, 16), "F")
HASHEMI = Person("Hashemi", "Reza", "", "000713940", dt.date(1949, 10, 8), "M")
PATEL = Person("Patel", "Nisha", "Dr", "003115008", dt.date(1981, 6, 27), "F")
DUPONT = Person("Dupont", "Émile", "", "002340775", dt.date(1960, 4, 1), "M")
ADEYEMI = Person("Adeyemi", "Tunde", "Mr", "004512206", dt.date(1965, 2, 2), "M")

HARRIS = Person("Harris", "Dolores", "", "L-20881", dt.date(1957, 8, 30), "F")
NGUYEN = Person("Nguyen", "Thanh", "", "L-19342", dt.date(1970, 12, 5), "M")

DAY = 24.0

MERCY = (
    Case(
        LINDQVIST,
        "A&E",
        430 * DAY,
        {"seed": 11, "heart_rate_bpm": 83, "pr_ms": 176},
        reading="Sinus rhythm, 83/min.\nNormal intervals. No earlier recording.",
        device_says=("Sinus rhythm", "Normal ECG"),
    ),
    Case(
        LINDQVIST,
        "Clinic B",
        77 * DAY,
        {"seed": 12, "heart_rate_bpm": 83, "pr_ms": 188, "conduction": "lbbb"},
        door="import",
        reading="Sinus rhythm, 83/min.\nLeft bundle branch block, new since the earlier recording.",
        device_says=("Sinus rhythm", "Left bundle branch block"),
    ),
    Case(
        LINDQVIST,
        "A&E",
        0.7,
        {"seed": 13, "heart_rate_bpm": 96, "pr_ms": 214, "conduction": "lbbb"},
        priority=Priority.STAT,
        device_says=("Sinus rhythm", "First degree AV block", "Left bundle branch block"),
    ),
    Case(
        MUELLER,
        "Ward 7",
        0.4,
        {"seed": 21, "rhythm": "atrial_fibrillation", "heart_rate_bpm": 128},
        priority=Priority.STAT,
        device_says=("Atrial fibrillation", "Rapid ventricular response"),
    ),
    Case(
        ADEYEMI,
        "A&E",
        1.2,
        {"seed": 31, "heart_rate_bpm": 58},
        priority=Priority.URGENT,
        device_says=("Sinus bradycardia",),
        accession="ACC-20418",
    ),
    Case(
        KOWALSKI,
        "Ward 7",
        1.8,
        {"seed": 41, "heart_rate_bpm": 108},
        priority=Priority.URGENT,
        device_says=("Sinus tachycardia",),
        format="aecg",
    ),
    Case(
        OSEI,
        "Clinic B",
        101 * DAY,
        {"seed": 51, "heart_rate_bpm": 72, "conduction": "rbbb"},
        door="import",
        reading="Sinus rhythm, 72/min.\nRight bundle branch block.",
        device_says=("Sinus rhythm", "Right bundle branch block"),
    ),
    Case(
        OSEI,
        "Clinic B",
        28,
        {"seed": 52, "heart_rate_bpm": 66, "conduction": "rbbb"},
        device_says=("Sinus rhythm", "Right bundle branch block"),
    ),
    Case(
        BRENNAN,
        "Clinic B",
        22,
        {"seed": 61, "heart_rate_bpm": 64},
        device_says=("Sinus rhythm", "Normal ECG"),
        format="aecg",
    ),
    Case(
        HASHEMI,
        "Ward 7",
        21,
        {"seed": 71, "rhythm": "paced", "heart_rate_bpm": 70},
        device_says=("Ventricular paced rhythm",),
    ),
    Case(
        PATEL,
        "Clinic B",
        20.5,
        {"seed": 81, "heart_rate_bpm": 79, "pr_ms": 232},
        device_says=("Sinus rhythm", "First degree AV block"),
        format="scp",
    ),
    Case(
        DUPONT,
        "Ward 7",
        20,
        {"seed": 91, "heart_rate_bpm": 88, "muscle_uv": 22, "wander_uv": 160},
        device_says=("Sinus rhythm", "Poor data quality"),
    ),
)

# Copies that come later and disagree with what is held: each is a question for the desk.
OSEI_MISTYPED = replace(OSEI, identifier="002998301", given_name="Kwaku")
QUESTIONS = (
    Case(
        OSEI,
        "Ward 7",
        21,
        {"seed": 71, "rhythm": "paced", "heart_rate_bpm": 70},
        device_says=("Ventricular paced rhythm",),
    ),
    Case(
        OSEI_MISTYPED,
        "Clinic B",
        28,
        {"seed": 52, "heart_rate_bpm": 66, "conduction": "rbbb"},
        device_says=("Sinus rhythm", "Right bundle branch block"),
    ),
    Case(
        BRENNAN,
        "Clinic B",
        22 - 1 / 60,
        {"seed": 61, "heart_rate_bpm": 64, "muscle_uv": 1},
        device_says=("Sinus rhythm", "Normal ECG"),
        format="dicom",
    ),
)

LAKESIDE = (
    Case(
        HARRIS,
        "Main campus",
        3,
        {"seed": 101, "heart_rate_bpm": 47},
        device_says=("Sinus bradycardia",),
    ),
    Case(
        NGUYEN,
        "Main campus",
        5,
        {"seed": 102, "heart_rate_bpm": 92},
        priority=Priority.STAT,
        device_says=("Sinus rhythm", "Normal ECG"),
    ),
)
