"""What each figure is, with its unit: the one place, shown word for word beside the number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CLINICAL, COMPLIANCE, ENGINEERING = "clinical", "compliance", "engineering"

# Each view and what a person must be allowed to do to see it.
VIEWS = {
    CLINICAL: "view_clinical_dashboard",
    COMPLIANCE: "view_compliance_dashboard",
    ENGINEERING: "view_engineering_dashboard",
}
ALL = (CLINICAL, COMPLIANCE, ENGINEERING)


class Kind(Enum):
    """How `part` and `whole` of a row are read."""

    COUNT = "count"  # part
    SHARE = "share"  # part of whole
    SPAN = "span"  # part seconds, of whole many


@dataclass(frozen=True, slots=True)
class Figure:
    """`of_sites` is False where what is counted belongs to no site."""

    name: str
    title: str
    unit: str
    kind: Kind
    definition: str
    of_sites: bool = True


@dataclass(frozen=True, slots=True)
class Topic:
    """What one chart shows and in which views."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    views: tuple[str, ...]

    @property
    def unit(self) -> str:
        return self.figures[0].unit

    @property
    def kind(self) -> Kind:
        return self.figures[0].kind

    @property
    def of_sites(self) -> bool:
        return self.figures[0].of_sites


VOLUME = Figure(
    "volume", "ECGs received", "ECGs", Kind.COUNT,
    "ECGs whose first copy was received on the day. Further copies, ECGs that a person found to"
    " repeat another, and test ECGs of the platform are not counted.",
)  # fmt: skip
SIGNED = Figure(
    "signed", "Reports signed", "reports", Kind.COUNT,
    "Reports whose first version was signed on the day. Amendments are not counted.",
)  # fmt: skip
TURNAROUND_P50 = Figure(
    "turnaround_p50", "Median", "min", Kind.SPAN,
    "Acquired → signed, median: of the reports first signed on the day, half took no longer"
    " (nearest rank). ECGs that do not say when they were acquired are left out.",
)  # fmt: skip
TURNAROUND_P90 = Figure(
    "turnaround_p90", "90th percentile", "min", Kind.SPAN,
    "Acquired → signed, 90th percentile: of the same reports nine in ten took no longer"
    " (nearest rank).",
)  # fmt: skip
AGREEMENT = Figure(
    "agreement", "AI statements accepted", "%", Kind.SHARE,
    "Of the AI statements that readers accepted or overrode on the day, the share accepted. Who"
    " decided twice is counted once, by the last decision of the day.",
)  # fmt: skip
QUALITY = Figure(
    "quality", "ECGs without a warning", "%", Kind.SHARE,
    "Of the ECGs received on the day, the share that no check of the signal warned of.",
)  # fmt: skip
ORDER_LINK = Figure(
    "order_link", "ECGs that answer an order", "%", Kind.SHARE,
    "Of the ECGs received on the day, the share that was linked to an order when it was counted.",
)  # fmt: skip
FILES = Figure(
    "files", "Files received", "files", Kind.COUNT,
    "Files accepted on the day by every path, copies and documents included. Test files of the"
    " platform are not counted.",
)  # fmt: skip
STOPPED = Figure(
    "stopped", "Files refused or given up", "%", Kind.SHARE,
    "Of the files received on the day, the share that stood refused or given up when it was"
    " counted.",
)  # fmt: skip
READS = Figure(
    "reads", "Records opened", "times", Kind.COUNT,
    "How often an ECG, its report or its original file was opened on the day, by people and"
    " programs; every one is in the audit trail.",
    of_sites=False,
)  # fmt: skip
VISITS = Figure(
    "visits", "Entries by platform staff", "entries", Kind.COUNT,
    "How often platform staff entered the organization on the day; each has a reason.",
    of_sites=False,
)  # fmt: skip
ALARMS = Figure(
    "alarms", "Alarms raised", "alarms", Kind.COUNT,
    "Alarms raised on the day. One that lasts is raised once.",
    of_sites=False,
)  # fmt: skip

TOPICS: tuple[Topic, ...] = (
    Topic("volume", "Volume", (VOLUME,), ALL),
    Topic("signed", "Reports signed", (SIGNED,), (CLINICAL, COMPLIANCE)),
    Topic("turnaround", "Turnaround", (TURNAROUND_P50, TURNAROUND_P90), (CLINICAL, COMPLIANCE)),
    Topic("agreement", "Agreement with AI", (AGREEMENT,), ALL),
    Topic("quality", "Quality", (QUALITY,), (CLINICAL, ENGINEERING)),
    Topic("order-link", "Order link", (ORDER_LINK,), ALL),
    Topic("access", "Access", (READS,), (COMPLIANCE,)),
    Topic("entries", "Platform staff", (VISITS,), (COMPLIANCE,)),
    Topic("files", "Files", (FILES,), (ENGINEERING,)),
    Topic("stopped", "Refused files", (STOPPED,), (COMPLIANCE, ENGINEERING)),
    Topic("alarms", "Alarms", (ALARMS,), (COMPLIANCE, ENGINEERING)),
)
FIGURES: dict[str, Figure] = {one.name: one for topic in TOPICS for one in topic.figures}


def topics_of(view: str) -> list[Topic]:
    return [topic for topic in TOPICS if view in topic.views]
