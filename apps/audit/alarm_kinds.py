"""Every alarm the platform knows: how bad it is, what it says and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

CRITICAL, WARNING = "critical", "warning"


@dataclass(frozen=True, slots=True)
class Kind:
    """A standing one is found to be over by the platform itself; others a person resolves.

    `text` may hold {figure}. Neither text may name a patient: both leave by mail.
    """

    severity: str
    text: str
    remedy: str
    is_standing: bool = True

    def says(self, figure: int | None) -> str:
        return self.text.format(figure="" if figure is None else figure)


KINDS: dict[str, Kind] = {
    "queue.given_up": Kind(
        CRITICAL,
        "Given up after all attempts: {figure}",
        "Open the queue in the administration, read the reason, mend it and run them again.",
    ),
    "queue.waiting": Kind(
        CRITICAL,
        "Work has waited for {figure} minutes",
        "See whether workers and sweeper run; restart a worker that does nothing.",
    ),
    "storage.unavailable": Kind(
        CRITICAL,
        "The storage of this organization cannot be reached; files that wait for it: {figure}",
        "Look at the storage and its credential. Nothing is lost: work goes on by itself.",
    ),
    "queue.growing": Kind(
        WARNING,
        "More files come than are worked off; waiting for over five minutes: {figure}",
        "See whether all workers run; start more of them if this lasts.",
    ),
    "ingestion.site_silent": Kind(
        WARNING,
        "A site has sent nothing for {figure} minutes, longer than is usual there",
        "Ask the site whether its devices and network work; the site is named beside.",
    ),
    "ingestion.many_refused": Kind(
        WARNING,
        "Of the last files {figure} % were refused",
        "Open Arrivals and read the reasons: a device or its settings may have changed.",
    ),
    "ingestion.uploads_full": Kind(
        WARNING,
        "Of the uploads that may be open at a time, {figure} % are",
        "Open Ingestion, and ask who sends them whether they get through: beyond the limit no"
        " further one is begun. Processing of files sets the limit.",
    ),
    "delivery.overdue": Kind(
        CRITICAL,
        "Waiting to be delivered for over ten minutes: {figure}",
        "Ask whether the receiving system listens; nothing is lost, sending goes on by itself.",
    ),
    "scanner.down": Kind(
        CRITICAL,
        "Files that wait for the malware scanner: {figure}",
        "See whether clamd runs and can be reached; nothing is lost, files go on by themselves.",
    ),
    "revocation.stale": Kind(
        CRITICAL,
        "A list of revoked certificates is past its next update",
        "Fetch the authority's new list; until then the operator's settings say whether its"
        " certificates are refused.",
    ),
    "revocation.unusable": Kind(
        CRITICAL,
        "A list of revoked certificates cannot be read, or none of the authorities signed it",
        "Fetch the list again from the authority, and see that the file of authorities holds the"
        " certificate that signs it. Its certificates are refused until then.",
    ),
    "critical.unacknowledged": Kind(
        CRITICAL,
        "A critical result waits for a person to acknowledge it",
        "Open Critical results, tell who treats the patient, and acknowledge it.",
    ),
    "critical.nobody_on_call": Kind(
        CRITICAL,
        "Step {figure} of the escalation ladder found nobody",
        "Open On call and enter who covers it; the critical result is with the next step.",
    ),
    "canary.failed": Kind(
        CRITICAL,
        "The test ECG of the platform did not pass; where it failed is named beside",
        "Mend it and send another: manage.py send_canary; a good one ends this alarm.",
    ),
    "canary.not_accepted": Kind(
        CRITICAL,
        "The test ECG of the platform was not accepted",
        "See whether storage and keys can be reached, then send another: manage.py send_canary.",
    ),
    "canary.path": Kind(
        CRITICAL,
        "The test ECG of the platform did not come through one path in time; it is named beside",
        "Open Test ECGs: the last one of the path says where it stopped. Mend that and send"
        " another: manage.py send_canary --path; a good one ends this alarm.",
    ),
    "storage.not_genuine": Kind(
        CRITICAL,
        "Stored bytes are missing, changed or cannot be opened",
        "Nothing of them is shown. Restore them from a backup, then resolve this alarm.",
        is_standing=False,
    ),
    "identity.conflict": Kind(
        CRITICAL,
        "The same signal came under another patient",
        "Open Identity and decide whose ECG it is; nothing held was changed.",
    ),
    "identity.uid_collision": Kind(
        WARNING,
        "Different signals came under one object name",
        "Open Identity and see whether a device or gateway gives names twice.",
    ),
    "share.unreachable": Kind(
        CRITICAL,
        "A file share cannot be looked into",
        "Open File shares: the share's last outcome says why. Looking goes on by itself.",
    ),
    "share.refused": Kind(
        CRITICAL,
        "A file share refuses its user or password",
        "Open File shares, set the password anew or let the user list the folder; then Try now.",
    ),
    "share.unwatched": Kind(
        CRITICAL,
        "Nobody has looked into a file share for {figure} minutes",
        "See whether manage.py sync_smb runs and start it; the share is named beside. What lies"
        " there waits.",
    ),
    "dicom.unheard": Kind(
        CRITICAL,
        "Nothing has listened for DICOM devices for {figure} minutes",
        "See whether manage.py serve_dicom runs and start it; the AE title is named beside. Devices"
        " keep what they cannot send.",
    ),
    "hl7.unheard": Kind(
        CRITICAL,
        "Nothing has listened for HL7 messages at a port for {figure} minutes",
        "See whether manage.py serve_hl7 runs and start it; its log says why a port cannot be"
        " opened. The port is named beside. Senders keep what they cannot send.",
    ),
    "hl7.name_reused": Kind(
        WARNING,
        "A sender of HL7 messages has used a control id (MSH-10) again for another message",
        "Ask whoever runs the sender at the port beside; each message was treated as a new one.",
        is_standing=False,
    ),
    "share.not_archived": Kind(
        CRITICAL,
        "Accepted, but not copied or moved to the archive of a file share: {figure}",
        "Make room on the share or let the user write there; archiving goes on by itself.",
    ),
    "share.held_back": Kind(
        WARNING,
        "Files or folders of a file share that cannot be taken: {figure}",
        "Open Files on shares: each says why. Names no server can open, too large, or denied.",
    ),
    "share.incomplete": Kind(
        WARNING,
        "A file of a file share was never finished and is quarantined",
        "Look for it among the refused arrivals and have the device send it again.",
        is_standing=False,
    ),
    "audit.not_verified": Kind(
        CRITICAL,
        "The audit chain does not verify",
        "Keep the database as it is and run verify_audit: it names the first bad event.",
    ),
}


def codes() -> list[tuple[str, str]]:
    """A function, so that a further kind changes no table."""
    return [(code, code) for code in KINDS]


SEVERITIES = {CRITICAL: "Critical", WARNING: "Warning"}
