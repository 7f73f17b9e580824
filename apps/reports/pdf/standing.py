"""How a report stands: the words and the inks of the band on every page. A state is one row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    UNCONFIRMED = "UNCONFIRMED"
    PRELIMINARY = "PRELIMINARY"
    FINAL = "FINAL"
    AMENDED = "AMENDED"
    ADDENDED = "ADDENDED"
    RETRACTED = "RETRACTED"


@dataclass(frozen=True, slots=True)
class Standing:
    """`words` may name {version} and the version {before} it; grey print loses only the inks."""

    words: str
    ink: str
    fill: str


STANDINGS = {
    Status.UNCONFIRMED: Standing("UNCONFIRMED – not reviewed by a clinician", "#7F4F00", "#FDF1D8"),
    Status.PRELIMINARY: Standing("PRELIMINARY – not the final report", "#0B5C8A", "#E3F0F7"),
    Status.FINAL: Standing("FINAL", "#1B6B3A", "#E4F3E9"),
    Status.AMENDED: Standing(
        "AMENDED – version {version} replaces version {before}", "#6B2E12", "#FBEADF"
    ),
    Status.ADDENDED: Standing("FINAL – with addendum", "#6B2E12", "#FBEADF"),
    Status.RETRACTED: Standing(
        "ENTERED IN ERROR – wrong patient, do not use", "#B3211B", "#FBE5E4"
    ),
}


def words_of(status: Status, version: int) -> str:
    return STANDINGS[status].words.format(version=version, before=version - 1)
