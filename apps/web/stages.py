"""What became of an arrival: the strip of its stages, its outcome in words, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.core.leases import Leased
from apps.ecg.models import StageRun
from apps.ingestion.file_queries import Held
from apps.ingestion.malware import WAITS
from apps.ingestion.models import Ingress

FILE_STAGES = ("scan", "decode")
RECORDING_STAGES = ("measure", "infer", "draft")

Outcome = Ingress.Outcome
State = Leased.State

DONE, RUNNING, WAITING, FAILED = "done", "running", "waiting", "failed"

# Outcome → the word, the tag's class, the code scripts act on.
WORDS = {
    "working": ("Working", "", ""),
    "ready": ("Ready", "tag-ok", "ready"),
    "duplicate": ("Already here", "tag-warn", "duplicate"),
    "conflict": ("To resolve", "tag-stat", "quarantined"),
    "document": ("Document", "", "document"),
    "unpacked": ("Unpacked", "tag-ok", "unpacked"),
    "refused": ("Refused", "tag-stat", "refused"),
    "failed": ("Failed", "tag-stat", "failed"),
}
MESSAGES = {
    Outcome.DOCUMENT: "No ECG: kept as a document. No number is read from it.",
    Outcome.UNPACKED: "An archive: each file in it is an arrival of its own.",
    Outcome.SAME_BYTES: "The same file was received before. Kept as another arrival.",
    Outcome.SAME_SIGNAL: "The same ECG was received in another file. Kept as another arrival.",
    Outcome.IDENTITY_CONFLICT: "The same signal is here under another patient. A technician must"
    " find out whose it is; nothing was changed.",
    Outcome.TIME_CONFLICT: "The same signal is here with another time. A technician must find out"
    " which is right; nothing was changed.",
    Outcome.CORRECTION: "The same ECG came with other demographics. A technician must find out"
    " which are right; nothing was changed.",
}

# Outcomes after which there is nothing to decode.
WITHOUT_SIGNAL = {Outcome.DOCUMENT: "document", Outcome.UNPACKED: "unpacked"}
WAITS_FOR_SCANNER = "Waits for the malware scanner, which does not answer."


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    state: str
    attempts: int = 0
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One arrival's way so far. `outcome` is empty while there is still work to do."""

    stages: tuple[Stage, ...]
    kind: str
    message: str

    @property
    def word(self) -> str:
        return WORDS[self.kind][0]

    @property
    def tag(self) -> str:
        return WORDS[self.kind][1]

    @property
    def outcome(self) -> str:
        return WORDS[self.kind][2]


def progress_of(
    arrival: Ingress,
    runs: Iterable[StageRun],
    readings: Iterable[Leased],
    held: Held | None = None,
) -> Progress:
    """`runs` are the recording's stages, `readings` its algorithm runs; of an archive `held` is
    what came out of it, and it is in work for as long as that is.
    """
    stages = _file_stages(arrival)
    if arrival.outcome == Outcome.NEW:
        stages += _recording_stages(list(runs), list(readings))
    kind = _kind(arrival, stages)
    if held is None:
        return Progress(tuple(stages), kind, message_of(arrival, kind))
    return Progress(tuple(stages), "working" if held.waiting else kind, _of_archive(held))


def _of_archive(held: Held) -> str:
    words = [f"An archive of {held.total} file{'' if held.total == 1 else 's'}"]
    words += [f"{held.waiting} still in work"] if held.waiting else []
    words += [f"{held.stopped} refused or given up"] if held.stopped else []
    return f"{', '.join(words)}; each is an arrival of its own."


def reference_of(arrival: Ingress) -> str:
    return str(arrival.trace_id)[:8].upper()


def message_of(arrival: Ingress, kind: str) -> str:
    """A sentence for the sender; never what the file says of its patient."""
    if kind == "refused":
        words = arrival.refusal_message or "The file was refused."
        return f"{words} Reference {reference_of(arrival)}."
    if kind == "failed":
        return (
            "Something failed on our side; the file is kept and can be run again."
            f" Reference {reference_of(arrival)}."
        )
    if kind == "working" and arrival.error_code == WAITS:
        return WAITS_FOR_SCANNER
    if kind == "working":
        return ""
    return MESSAGES.get(Outcome(arrival.outcome), "")


def _kind(arrival: Ingress, stages: list[Stage]) -> str:
    if arrival.state == State.QUARANTINED:
        return "refused"
    if arrival.state == State.DEAD:
        return "failed"
    if arrival.outcome in WITHOUT_SIGNAL:
        return WITHOUT_SIGNAL[Outcome(arrival.outcome)]
    if arrival.outcome in (Outcome.IDENTITY_CONFLICT, Outcome.TIME_CONFLICT, Outcome.CORRECTION):
        return "conflict"
    if arrival.outcome in (Outcome.SAME_BYTES, Outcome.SAME_SIGNAL):
        return "duplicate"
    if arrival.outcome != Outcome.NEW:
        return "working"
    return _kind_of_recording({stage.name: stage.state for stage in stages})


def _kind_of_recording(states: dict[str, str]) -> str:
    """Readable once drafted: an algorithm that failed never holds a report back."""
    if FAILED in (states["measure"], states["draft"]):
        return "failed"
    settled = states["draft"] == DONE and states["infer"] in (DONE, FAILED)
    return "ready" if settled else "working"


def _file_stages(arrival: Ingress) -> list[Stage]:
    if arrival.outcome in WITHOUT_SIGNAL:
        return [Stage("scan", DONE, arrival.attempts)]
    facts = (arrival.attempts, arrival.error_code)
    if arrival.decoded_at:
        return [Stage("scan", DONE, arrival.attempts), Stage("decode", DONE, arrival.attempts)]
    if arrival.state in (State.QUARANTINED, State.DEAD):
        scan = DONE if arrival.scanned_at else FAILED
        rest = [Stage("decode", FAILED, *facts)] if arrival.scanned_at else []
        return [Stage("scan", scan, *(facts if not rest else (arrival.attempts,))), *rest]
    scan = RUNNING if arrival.state == State.PROCESSING else WAITING
    waiting = [Stage(name, WAITING) for name in ("decode", *RECORDING_STAGES)]
    return [Stage("scan", scan, *facts), *waiting]


def _recording_stages(runs: list[StageRun], readings: list[Leased]) -> list[Stage]:
    found = {run.stage: run for run in runs if run.stage in RECORDING_STAGES}
    stages = [_stage(name, found.get(name)) for name in RECORDING_STAGES]
    return [_with_readings(stage, readings) if stage.name == "infer" else stage for stage in stages]


def _stage(name: str, run: StageRun | None) -> Stage:
    if run is None:
        return Stage(name, WAITING)
    return Stage(name, _state(run), run.attempts, run.error_code)


def _with_readings(stage: Stage, readings: list[Leased]) -> Stage:
    """Asking is not answering: the stage is done when every algorithm has answered."""
    if stage.state != DONE:
        return stage
    states = [_state(run) for run in readings]
    for state in (FAILED, RUNNING, WAITING):
        if state in states:
            return Stage(stage.name, state, stage.attempts, stage.error_code)
    return stage


def _state(row: Leased) -> str:
    known = {State.DONE: DONE, State.PROCESSING: RUNNING, State.RECEIVED: WAITING}
    return known.get(State(row.state), FAILED)
