"""What the labels of a database say about each statement; None where they say nothing of it."""

from __future__ import annotations

from collections.abc import Callable

SINUS_CODES = frozenset({"SR", "SARRH", "SBRAD", "STACH"})
RHYTHM_CODES = SINUS_CODES | {"AFIB", "AFLT", "PACE", "SVARR", "SVTAC"}
# LUDB's leads were each scaled to one height: no voltage, no axis can be judged there.
UNSCALED = "ludb"

Labels = frozenset[str]
Judge = Callable[[str, Labels], bool | None]


def sinus(source: str, labels: Labels) -> bool | None:
    if paced(source, labels):
        return None
    if source == "ludb":
        return any(label.startswith(("Sinus", "Irregular sinus")) for label in labels)
    return bool(labels & SINUS_CODES) if labels & RHYTHM_CODES else None


def fibrillation(source: str, labels: Labels) -> bool | None:
    """Flutter may conduct regularly: it is neither."""
    if "AFLT" in labels or any("flutter" in label for label in labels):
        return None
    if source == "ludb":
        return any("Atrial fibrillation" in label for label in labels)
    known = labels & RHYTHM_CODES or source == "cpsc2018"
    return "AFIB" in labels if known else None


def flutter(source: str, labels: Labels) -> bool | None:
    known = labels & RHYTHM_CODES or source != "ptbxl"
    return bool("AFLT" in labels or any("flutter" in one for one in labels)) if known else None


def paced(source: str, labels: Labels) -> bool | None:
    return "PACE" in labels or any(
        "acing" in label or label.startswith("Pacemaker presence") for label in labels
    )


def first_degree(source: str, labels: Labels) -> bool | None:
    return bool(labels & {"1AVB", "LPR", "I degree av block"})


def right_bundle(source: str, labels: Labels) -> bool | None:
    return bool(labels & {"CRBBB", "Complete right bundle branch block"})


def left_bundle(source: str, labels: Labels) -> bool | None:
    return bool(labels & {"CLBBB", "Complete left bundle branch block"})


def ventricular(source: str, labels: Labels) -> bool | None:
    return "PVC" in labels or any("Ventricular extrasystole" in label for label in labels)


def supraventricular(source: str, labels: Labels) -> bool | None:
    return "PAC" in labels or any("Atrial extrasystole" in label for label in labels)


def hypertrophy(source: str, labels: Labels) -> bool | None:
    return None if source == UNSCALED else bool(labels & {"LVH", "VCLVH"})


def delayed(source: str, labels: Labels) -> bool | None:
    """Any wide QRS that is neither of the two complete blocks, or is one that hides its shape."""
    coded = labels & {"IVCD", "CLBBB", "CRBBB", "ILBBB", "IRBBB", "WPW"}
    words = ("bundle branch block", "intravintricular conduction", "Aberrant conduction")
    return bool(coded) or any(word in label for label in labels for word in words)


def depressed(source: str, labels: Labels) -> bool | None:
    known = any(label.startswith(("STD_", "ISC", "INJ")) for label in labels)
    return None if source == UNSCALED else known


def infarcted(source: str, labels: Labels) -> bool | None:
    """No label says ST elevation itself."""
    known = any(label.endswith("MI") or label.startswith("INJ") for label in labels)
    return None if source != "ptbxl" else known


def left_fascicle(source: str, labels: Labels) -> bool | None:
    return None if source == UNSCALED else "LAFB" in labels


# (name, statements of which one is enough, judge, goals in % of sensitivity and PPV)
STATEMENTS: tuple[tuple[str, tuple[str, ...], Judge, tuple[float, float] | None], ...] = (
    ("sinus rhythm", ("sinus_rhythm",), sinus, (97.0, 97.0)),
    ("atrial fibrillation", ("atrial_fibrillation_possible",), fibrillation, (95.0, 90.0)),
    ("atrial flutter", ("atrial_flutter_possible",), flutter, None),
    ("pacing", ("paced_rhythm",), paced, (90.0, 95.0)),
    ("pacing, single beats too", ("paced_rhythm", "intermittent_pacing"), paced, None),
    ("right bundle branch block", ("rbbb",), right_bundle, (85.0, 85.0)),
    ("left bundle branch block", ("lbbb",), left_bundle, (85.0, 85.0)),
    ("first-degree AV block", ("first_degree_av_block",), first_degree, (85.0, 85.0)),
    (
        "first-degree AV block, borderline too",
        ("first_degree_av_block", "borderline_first_degree_av_block"),
        first_degree,
        None,
    ),
    ("unspecific conduction delay: any delay", ("ivcd",), delayed, None),
    ("ST depression: the same, ischaemia or injury", ("st_depression",), depressed, None),
    ("ST elevation: infarction or injury", ("st_elevation",), infarcted, None),
    ("ventricular ectopic beats", ("ventricular_ectopy",), ventricular, None),
    ("supraventricular ectopic beats", ("supraventricular_ectopy",), supraventricular, None),
    (
        "left ventricular hypertrophy",
        ("lvh_sokolow_lyon", "lvh_cornell", "lvh_avl"),
        hypertrophy,
        None,
    ),
    ("left anterior fascicular block", ("lafb",), left_fascicle, None),
)
