"""Inks of the printed report; every status is also a word, so grey print loses nothing."""

from __future__ import annotations

from dataclasses import dataclass

from apps.reports.pdf.content import Status

TEXT = "#13202C"
MUTED = "#4C5A67"
RULE = "#C3CCD5"
SHADE = "#F3F5F7"
PRIOR = "#1F57C8"
FLAG = "#B3211B"
WHITE = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Tone:
    ink: str
    fill: str


TONES = {
    Status.UNCONFIRMED: Tone("#7F4F00", "#FDF1D8"),
    Status.PRELIMINARY: Tone("#0B5C8A", "#E3F0F7"),
    Status.FINAL: Tone("#1B6B3A", "#E4F3E9"),
    Status.AMENDED: Tone("#6B2E12", "#FBEADF"),
    Status.ADDENDED: Tone("#6B2E12", "#FBEADF"),
    Status.RETRACTED: Tone("#B3211B", "#FBE5E4"),
}
