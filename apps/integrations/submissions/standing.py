"""Where a submission stands, in the words of a FHIR Task (R4, TaskStatus)."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.leases import Leased
from apps.ingestion.models import Ingress
from apps.integrations.models import Submission

State = Leased.State

REQUESTED, IN_PROGRESS, COMPLETED = "requested", "in-progress", "completed"
REJECTED, FAILED = "rejected", "failed"
STATUSES = (REQUESTED, IN_PROGRESS, COMPLETED, REJECTED, FAILED)

# What the sender or its host can mend; everything else failed on the way.
OF_THE_SENDER = (
    *("digest-differs", "size-differs", "file-empty", "too-large", "type-sends-none"),
    *("organization-closed", "egress-address", "egress-host", "egress-plain-http"),
    *("egress-private-address", "fetch-status-3", "fetch-status-4"),
)
WORDS = {
    "digest-differs": "The hash of what was fetched is not the stated one.",
    "size-differs": "The length of what was fetched is not the stated one.",
    "file-empty": "The file is empty.",
    "too-large": "The file is larger than 32 MB.",
    "type-sends-none": "An organization of this type sends no ECGs.",
    "organization-closed": "The organization takes no files.",
    "egress-host": "The host is not on the organization's list any more.",
    "egress-name": "The host's name is not known.",
    "egress-tls": "The host's certificate is not trusted, or it speaks no TLS.",
    "egress-connection": "The host did not answer as HTTP asks.",
    "egress-answer-cut": "The host ended its answer early.",
    "egress-private-address": "The host has no public address.",
    "egress-timeout": "The host did not answer in time.",
}

FETCHED = "fetch-status-"
REDIRECTED = " Redirects are not followed: give the address it leads to."


@dataclass(frozen=True, slots=True)
class Standing:
    """`code` is an outcome or the reason; `field` and `message` go with a refusal of the file."""

    status: str
    code: str = ""
    field: str = ""
    message: str = ""


def standing_of(row: Submission) -> Standing:
    if row.state == State.DEAD:
        code = row.error_code
        status = REJECTED if code.startswith(OF_THE_SENDER) else FAILED
        return Standing(status, code, message=_words_of(code))
    if row.state != State.DONE or row.ingress is None:
        is_begun = row.state == State.PROCESSING or row.attempts > 0
        return Standing(IN_PROGRESS if is_begun else REQUESTED)
    return _of_file(row.ingress, was_fetched=bool(row.host))


def _of_file(file: Ingress, *, was_fetched: bool) -> Standing:
    if file.state in (State.DONE, State.DUPLICATE):
        return Standing(COMPLETED, file.outcome)
    if file.state == State.QUARANTINED:
        return Standing(REJECTED, file.error_code, file.refusal_field, file.refusal_message)
    if file.state == State.DEAD:
        return Standing(FAILED, file.error_code)
    is_begun = was_fetched or file.state == State.PROCESSING or file.attempts > 0
    return Standing(IN_PROGRESS if is_begun else REQUESTED)


def _words_of(code: str) -> str:
    """For the sender; empty where nothing of theirs went wrong."""
    if code.startswith(FETCHED):
        status = code.removeprefix(FETCHED)
        return f"The host answered {status}.{REDIRECTED if status.startswith('3') else ''}"
    return WORDS.get(code, "")
