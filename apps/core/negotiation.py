"""What the other side of a request can take."""

from __future__ import annotations


def takes(accepted: str, encoding: str) -> bool:
    """Whether an Accept-Encoding names it with a weight above 0 (RFC 9110 12.5.3)."""
    for part in accepted.split(","):
        name, _, weight = part.partition(";")
        if name.strip().lower() == encoding:
            return weight.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
