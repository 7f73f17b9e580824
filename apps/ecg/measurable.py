"""Why a reader's measurement is refused."""

from __future__ import annotations

LONGEST_REASON = 400


class NotMeasurable(Exception):
    """Refused: `field` is what is wrong, the text says why in words for a page."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def check_reason(reason: str) -> None:
    if not reason or len(reason) > LONGEST_REASON:
        raise NotMeasurable("reason", f"Write why, in at most {LONGEST_REASON} characters.")
