"""What one recording is found by, from its rows: statements, numbers, whose it is, where, how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from apps.audit.chain import text_mac
from apps.ecg.age import age_years
from apps.ecg.model_recording import Source
from apps.ecg.models import Finding, Measurement, Recording
from apps.reports.library import coded_findings
from apps.reports.search.concepts import with_parents
from apps.reports.search.data import rows
from apps.reports.search.recognise import recognised
from apps.reports.search.tokens import tokens_of

ALL = "all"
IS, NEW, GONE, NUMBER, CHANGE, PRIOR = "is.", "new.", "gone.", "n.", "d.", "prior"
# A statement counts as of the one whom a policy hides from fewest.
SPEAKERS = (Source.HUMAN, Source.PLATFORM, Source.DEVICE, Source.MODEL)
QUANTITIES = {
    "heart_rate_bpm": "hr",
    "rr_ms": "rr",
    "p_ms": "p",
    "pr_ms": "pr",
    "qrs_ms": "qrs",
    "qt_ms": "qt",
    "qtc_bazett_ms": "qtc-bazett",
    "qtc_fridericia_ms": "qtc-fridericia",
    "qtc_framingham_ms": "qtc-framingham",
    "qtc_hodges_ms": "qtc-hodges",
    "qrs_axis_deg": "axis",
    "p_axis_deg": "p-axis",
    "t_axis_deg": "t-axis",
}
# The QTc that the worklist shows: the first that there is.
QTC = ("qtc_fridericia_ms", "qtc_bazett_ms", "qtc_ms")
MICROVOLTS_A_MILLIVOLT = 1000
KEPT = 32


@dataclass(frozen=True, slots=True)
class Held:
    """A term without its place: who states it, and its number where it has one."""

    term: str
    source: str = ""
    value: float | None = None


@dataclass(slots=True)
class Rows:
    """The rows of one recording that its terms are made from."""

    numbers: list[Measurement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    leads: Mapping[str, Any] = field(default_factory=dict)
    signed: str | None = None
    overridden: frozenset[str] = frozenset()
    identifiers: list[str] = field(default_factory=list)
    source: str = ""


def facts_of(recording: Recording, held: Rows) -> Iterator[Held]:
    """Everything but what its report's row and its prior say."""
    yield Held(ALL)
    yield from _statements(held)
    yield from _numbers(held)
    age = age_years(recording.patient, recording.acquired_at or recording.received_at)
    if age is not None:
        yield Held(f"{NUMBER}age", value=float(age))
    if recording.patient.sex:
        yield Held(f"sex.{recording.patient.sex}")
    if recording.site_id:
        yield Held(f"site.{recording.site_id}")
    if recording.device is not None:
        yield Held(device_term(str(recording.device)))
    if held.source:
        yield Held(f"source.{held.source}")
    yield from (Held(term) for term in _names(recording, held))


def device_term(name: str) -> str:
    return f"device.{name.casefold()}"


def name_term(organization_id: int, word: str) -> str:
    """A name's word is kept as a keyed hash: it is found by equality and read by nobody."""
    return f"name.{_hidden(organization_id, word.casefold())}"


def number_term(organization_id: int, value: str) -> str:
    return f"mrn.{_hidden(organization_id, value.upper())}"


def _hidden(organization_id: int, text: str) -> str:
    return text_mac(f"search:{organization_id}:{text}")[:KEPT]


def _names(recording: Recording, held: Rows) -> set[str]:
    patient, organization_id = recording.patient, recording.organization_id
    names = tokens_of(f"{patient.family_name} {patient.given_name}")
    words = {token.text for token in names if token.kind == "word"}
    numbers = {value.replace(" ", "") for value in held.identifiers}
    return {name_term(organization_id, word) for word in words} | {
        number_term(organization_id, value) for value in numbers
    }


def _statements(held: Rows) -> Iterator[Held]:
    """What the newest signed version says; while none is signed, what machines say unopposed."""
    said: dict[str, str] = {}
    for source in reversed(SPEAKERS):
        said |= dict.fromkeys(with_parents(_codes(held, source)), source)
    yield from (Held(f"{IS}{code}", source) for code, source in said.items())


def _codes(held: Rows, source: str) -> set[str]:
    if source == Source.HUMAN:
        return _signed_codes(held.signed or "")
    if held.signed is not None:
        return set()
    spoken = (row for row in held.findings if row.source == source)
    return {code for row in spoken if row.text not in held.overridden for code in _coded(row)}


def _signed_codes(interpretation: str) -> set[str]:
    """Line by line: a statement of the library is what its code says, whatever its words deny."""
    found: set[str] = set()
    for line in interpretation.splitlines():
        coded = {row.code for row in coded_findings(line)}
        found |= coded or recognised(line)
    return found


def _coded(row: Finding) -> Iterable[str]:
    code = _machine_codes().get(row.code) if row.source != Source.DEVICE else None
    return (code,) if code else recognised(row.text)


@cache
def _machine_codes() -> dict[str, str]:
    return {row["machine"]: row["code"] for row in rows("machine_codes")}


def _numbers(held: Rows) -> Iterator[Held]:
    """The platform's where it has one, else the device's: the numbers that lists show."""
    values: dict[str, float] = {}
    for row in sorted(held.numbers, key=lambda row: row.source == Source.PLATFORM):
        values[row.name] = float(row.value)
    for name, code in QUANTITIES.items():
        if name in values:
            yield Held(f"{NUMBER}{code}", value=values[name])
    qtc = next((values[name] for name in QTC if name in values), None)
    if qtc is not None:
        yield Held(f"{NUMBER}qtc", value=qtc)
    for lead, measured in held.leads.items():
        level = measured.get("st_j_uv")
        if level is not None:
            yield Held(f"{NUMBER}st-{lead}", value=level / MICROVOLTS_A_MILLIVOLT)
