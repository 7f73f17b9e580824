"""What one recording is found by, from its rows: statements, numbers, whose it is, where, how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from apps.audit.chain import text_mac
from apps.ecg.age import age_years
from apps.ecg.model_recording import Source
from apps.ecg.models import Device, Patient
from apps.reports.library import coded_findings
from apps.reports.search.concepts import with_parents
from apps.reports.search.data import rows
from apps.reports.search.gather import Found, Held
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
KEPT, LONGEST = 32, 160


def facts_of(found: Found) -> Iterator[Held]:
    """Everything but what its report's row and its prior say."""
    yield Held(ALL)
    yield from _statements(found)
    yield from _numbers(found)
    age = age_years(Patient(born_on=found.born_on), found.at)
    if age is not None:
        yield Held(f"{NUMBER}age", value=float(age))
    if found.sex:
        yield Held(f"sex.{found.sex}")
    if found.site_id:
        yield Held(f"site.{found.site_id}")
    if found.device:
        manufacturer, model = found.device
        yield Held(device_term(str(Device(manufacturer=manufacturer, model_name=model))))
    if found.source:
        yield Held(f"source.{found.source}")
    yield from (Held(term) for term in _names(found))


def device_term(name: str) -> str:
    return f"device.{name.casefold()}"[:LONGEST]


def name_term(organization_id: int, word: str) -> str:
    """A name's word is kept as a keyed hash: it is found by equality and read by nobody."""
    return f"name.{_hidden(organization_id, word.casefold())}"


def number_term(organization_id: int, value: str) -> str:
    return f"mrn.{_hidden(organization_id, value.upper())}"


def _hidden(organization_id: int, text: str) -> str:
    return text_mac(f"search:{organization_id}:{text}")[:KEPT]


def _names(found: Found) -> set[str]:
    names = tokens_of(f"{found.family_name} {found.given_name}")
    words = {token.text for token in names if token.kind == "word"}
    numbers = {value.replace(" ", "") for value in found.identifiers}
    return {name_term(found.organization_id, word) for word in words} | {
        number_term(found.organization_id, value) for value in numbers
    }


def _statements(found: Found) -> Iterator[Held]:
    """What the newest signed version says; while none is signed, what machines say unopposed."""
    said: dict[str, str] = {}
    for source in reversed(SPEAKERS):
        said |= dict.fromkeys(with_parents(_codes(found, source)), source)
    yield from (Held(f"{IS}{code}", source) for code, source in said.items())


def _codes(found: Found, source: str) -> set[str]:
    if source == Source.HUMAN:
        return _signed_codes(found.signed or "")
    if found.signed is not None:
        return set()
    spoken = ((code, text) for speaker, code, text in found.findings if speaker == source)
    return {
        concept
        for code, text in spoken
        if text not in found.overridden
        for concept in _coded(source, code, text)
    }


def _signed_codes(interpretation: str) -> set[str]:
    """Line by line: a statement of the library is what its code says, whatever its words deny."""
    found: set[str] = set()
    for line in interpretation.splitlines():
        coded = {row.code for row in coded_findings(line)}
        found |= coded or recognised(line)
    return found


def _coded(source: str, code: str, text: str) -> Iterable[str]:
    concept = _machine_codes().get(code) if source != Source.DEVICE else None
    return (concept,) if concept else recognised(text)


@cache
def _machine_codes() -> dict[str, str]:
    return {row["machine"]: row["code"] for row in rows("machine_codes")}


def _numbers(found: Found) -> Iterator[Held]:
    """The platform's where it has one, else the device's: the numbers that lists show."""
    values: dict[str, float] = {}
    for name, value, _ in sorted(found.numbers, key=lambda row: row[2] == Source.PLATFORM):
        values[name] = float(value)
    for name, code in QUANTITIES.items():
        if name in values:
            yield Held(f"{NUMBER}{code}", value=values[name])
    qtc = next((values[name] for name in QTC if name in values), None)
    if qtc is not None:
        yield Held(f"{NUMBER}qtc", value=qtc)
    for lead, level in found.levels:
        if level is not None:
            yield Held(f"{NUMBER}st-{lead}", value=level / MICROVOLTS_A_MILLIVOLT)
