"""Lead names for the codes of SCP-ECG and ISO/IEEE 11073 (DICOM PS3.16 CID 3001)."""

from __future__ import annotations

import re
from typing import NamedTuple

LEAD_BASE, POTENTIAL_BASE = 131072, 131328  # MDC_ECG_LEAD_*, MDC_ECG_ELEC_POTL_*

_NAMES = {
    **dict(enumerate(("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "V7"), start=1)),
    **dict(enumerate(("V2R", "V3R", "V4R", "V5R", "V6R", "V7R", "X", "Y", "Z"), start=10)),
    19: "CC5",
    20: "CM5",
    66: "V8",
    67: "V9",
    68: "V8R",
    69: "V9R",
    61: "III",
    62: "aVR",
    63: "aVL",
    64: "aVF",
    65: "aVR",
    88: "VR",
    89: "VL",
    90: "VF",
    131: "ES",
    132: "AS",
    133: "AI",
    134: "S",
}
_DERIVED = {
    **dict(enumerate(("I", "II", "V1", "V2", "V3", "V4", "V5", "V6"), start=31)),
    **dict(enumerate(("III", "aVR", "aVL", "aVF"), start=111)),
}
# Of leads that only a code names: their words mean other things in free labels (A is an ear).
# Left out are electrodes, which are no leads, and auxiliary leads, which may be anywhere.
_BY_CODE_ONLY = {
    **dict(enumerate(("D", "A", "J"), start=70)),
    **dict(enumerate(("MCL", "MCL1", "MCL2", "MCL3", "MCL4", "MCL5", "MCL6"), start=91)),
    **dict(enumerate(("CC", "CC1", "CC2", "CC3", "CC4", "CC6", "CC7"), start=98)),
    **dict(enumerate(("CM", "CM1", "CM2", "CM3", "CM4", "CM6"), start=105)),
    **dict(enumerate(("CM7", "CH5", "CS5", "CB5", "CR5", "ML"), start=121)),
}
_DERIVED_BY_CODE_ONLY = {
    **dict(enumerate(("V7", "V2R", "V3R", "V4R", "V5R", "V6R", "V7R", "X", "Y", "Z"), start=39)),
    **dict(enumerate(("CC5", "CM5"), start=49)),
    **dict(enumerate(("V8", "V9", "V8R", "V9R", "D", "A", "J"), start=79)),
}
_BY_NUMBER = _NAMES | _BY_CODE_ONLY
_DERIVED_BY_NUMBER = _DERIVED | _DERIVED_BY_CODE_ONLY
_NEGATED = {65}
_PREFIXES = {"SCPECG": "5.6.3-9-", "MDC": "2:"}
_MDC_NAME = "MDC_ECG_LEAD_"
_BY_FOLDED_NAME = {name.casefold(): name for name in (*_NAMES.values(), "-aVR")}
_WORDS = re.compile(r"^(?:derived\s+)?(?:lead\s+)?", re.IGNORECASE)


class LeadCode(NamedTuple):
    name: str
    derived: bool
    negated: bool

    def signed(self) -> str:
        return f"-{self.name}" if self.negated else self.name


def is_lead_scheme(scheme: str) -> bool:
    """Whether a scheme, however its name is written, is one whose lead codes are known here."""
    return _plain(scheme) in _PREFIXES


def lead_by_code(scheme: str, value: str) -> LeadCode | None:
    """The lead a coded channel source names; None for one not known here."""
    if _plain(scheme) == "MDC" and value.upper().startswith(_MDC_NAME):
        name = lead_by_meaning(value[len(_MDC_NAME) :])
        return LeadCode(name, False, False) if name and not name.startswith("-") else None
    number = _number(scheme, value)
    if number in _DERIVED_BY_NUMBER:
        return LeadCode(_DERIVED_BY_NUMBER[number], True, False)
    if number in _BY_NUMBER:
        return LeadCode(_BY_NUMBER[number], False, number in _NEGATED)
    return None


def _number(scheme: str, value: str) -> int:
    prefix = _PREFIXES.get(_plain(scheme))
    if prefix is None:
        return 0
    if value.startswith(prefix):
        return _digits(value.removeprefix(prefix))
    number = _digits(value) if _plain(scheme) == "MDC" else 0
    return number - (POTENTIAL_BASE if number > POTENTIAL_BASE else LEAD_BASE)


def _plain(scheme: str) -> str:
    return "".join(letter for letter in scheme.upper() if letter.isalnum())


def _digits(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0


def lead_by_meaning(text: str) -> str | None:
    """The lead a label means when it says nothing else; "-aVR" keeps its sign."""
    core = re.split(r"[(,]", text)[0].strip()
    return _BY_FOLDED_NAME.get(_WORDS.sub("", core).casefold())


def number_of_lead(name: str, *, derived: bool, negated: bool) -> int:
    """The number all codings of a lead share. Raises ValueError for a lead without one."""
    for number, known in (_DERIVED_BY_NUMBER if derived else _BY_NUMBER).items():
        if known == name and (number in _NEGATED) == negated:
            return number
    raise ValueError(f"lead {name} has no code")
