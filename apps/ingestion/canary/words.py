"""What became of a canary, for people and for programs."""

from __future__ import annotations

from typing import Any

from apps.ingestion.canary.send import Flight
from apps.ingestion.canary.verdict import Verdict
from apps.ingestion.model_canary import PathCanary

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


def path_sentence(row: PathCanary) -> str:
    path = str(row)
    if row.status == PathCanary.Status.PASSED:
        return f"{path}: passed in {_seconds(row)} s."
    if row.status == PathCanary.Status.IMPOSSIBLE:
        return f"{path}: not possible ({row.code})."
    if row.status == PathCanary.Status.MISSING:
        return f"{path}: MISSING, it did not arrive by its deadline."
    return f"{path}: FAILED {AT.get(row.stage, row.stage)} ({row.code or 'no reason given'})."


def path_as_json(slug: str, row: PathCanary) -> dict[str, Any]:
    return {
        "organization": slug,
        "action": "canary",
        "path": row.path,
        "place": row.place,
        "outcome": row.status,
        "stage": row.stage,
        "code": row.code,
        "seconds": _seconds(row),
    }


def _seconds(row: PathCanary) -> float | None:
    if row.sent_at is None or row.settled_at is None:
        return None
    return round((row.settled_at - row.sent_at).total_seconds(), 2)


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
