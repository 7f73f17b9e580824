"""What the commands of leaving and arriving share."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.management.base import BaseCommand

TELL_EVERY_S = 5.0


def teller(command: BaseCommand) -> Callable[[str, int], None]:
    """Says on stderr how far the work is, every few seconds; kinds and counts only."""
    told = time.monotonic()

    def tell(what: str, count: int) -> None:
        nonlocal told
        if time.monotonic() - told > TELL_EVERY_S:
            told = time.monotonic()
            command.stderr.write(f"{count} {what} so far")

    return tell
