"""Storage commitment's data sets (PS3.4 J.3): a question read, an answer made."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from apps.ingestion.dicom.commitment import Question, Verdict
from apps.ingestion.models import StorageCommitment

MOST_OBJECTS = 1000

ALL_KEPT, SOME_MISSING = 1, 2


class Unreadable(Exception):
    """The question is not one; `status` is the answer to it (PS3.7 C)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


NO_SUCH_ARGUMENT = 0x0114
INVALID_ARGUMENT = 0x0115
RESOURCE_LIMITATION = 0x0213


def read_question(given: Dataset) -> Question:
    """Raises Unreadable."""
    if "TransactionUID" not in given or "ReferencedSOPSequence" not in given:
        raise Unreadable(NO_SUCH_ARGUMENT)
    items = given.ReferencedSOPSequence
    if len(items) > MOST_OBJECTS:
        raise Unreadable(RESOURCE_LIMITATION)
    objects = tuple(
        (_uid(item, "ReferencedSOPClassUID"), _uid(item, "ReferencedSOPInstanceUID"))
        for item in items
    )
    if not objects:
        raise Unreadable(INVALID_ARGUMENT)
    return Question(_uid(given, "TransactionUID"), objects)


def _uid(item: Dataset, keyword: str) -> str:
    value = item.get(keyword)
    if not isinstance(value, str) or not UID(value).is_valid:
        raise Unreadable(INVALID_ARGUMENT)
    return str(value)


def event_of(verdict: Verdict) -> int:
    """PS3.4 table J.3-2."""
    return SOME_MISSING if verdict.missing else ALL_KEPT


def answer_of(row: StorageCommitment, verdict: Verdict) -> Dataset:
    said = Dataset()
    said.TransactionUID = row.transaction_uid
    if verdict.kept:
        said.ReferencedSOPSequence = Sequence(_item(*named) for named in verdict.kept)
    if verdict.missing:
        said.FailedSOPSequence = Sequence(
            _item(*named, reason=reason) for named, reason in verdict.missing
        )
    return said


def _item(sop_class: str, instance: str, *, reason: int = 0) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance
    if reason:
        item.FailureReason = reason
    return item
