"""What became of a canary, for people and for programs."""

from __future__ import annotations

from typing import Any

from apps.ingestion.canary.send import Flight
from apps.ingestion.canary.verdict import Verdict

AT = {
    "accept": "at the door: it was not accepted",
    "scan": "before it was read: its stored bytes",
    "decode": "being decoded",
    "measure": "being measured",
    "storage": "being read back from where it is kept",
}


def sentence(flight: Flight) -> str:
    if not flight.has_passed:
        return verdict_sentence(flight.verdict)
    alone = " No worker took it, so this process did the work." if flight.by_itself else ""
    return f"Canary: passed in {flight.seconds:.1f} s.{alone}"


def verdict_sentence(verdict: Verdict) -> str:
    if verdict.state == "passed":
        return "Canary: passed."
    if verdict.state == "waiting":
        return f"Canary: still under way, {AT[verdict.stage]}. Workers take it up; look again."
    return f"Canary: FAILED {AT[verdict.stage]} ({verdict.code or 'no reason given'})."


def as_json(slug: str, flight: Flight) -> dict[str, Any]:
    verdict = flight.verdict
    return {
        "organization": slug,
        "action": "canary",
        "outcome": verdict.state,
        "stage": verdict.stage,
        "code": verdict.code,
        "seconds": round(flight.seconds, 2),
        "by_worker": not flight.by_itself,
    }
