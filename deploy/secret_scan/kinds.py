"""What a secret looks like: formats that are known, and strings too random to be words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

FORMATS: dict[str, re.Pattern[str]] = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
        "AWS access key": r"\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b",
        "GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})",
        "GitLab token": r"\bglpat-[\w-]{20,}",
        "Slack token": r"\bxox[abeoprs]-[\w-]{10,}",
        "Google key": r"\bAIza[\w-]{35}",
        "Stripe key": r"\b[rs]k_live_\w{20,}",
        "package registry token": r"\b(?:pypi-AgEI[\w-]{20,}|npm_[A-Za-z0-9]{36})",
        "JSON web token": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
        "address with a password": r"\b[a-z][a-z0-9+.-]*://[^/\s:@\"'<>{}]*:[^/\s@\"'<>{}]{3,}@[\w.\[-]",
        "password in the source": (
            r"(?i)\b\w*(?:passw(?:or)?d|passphrase|secret|(?:api|access|private|auth)_?key|token"
            r"|credential)s?[\"']?(?::\s*|(?::\s*\w+)?\s*=\s*)[rb]*[\"'][^\"'\n{}]{8,}[\"']"
        ),
    }.items()
}

# Tests make up people and their passwords; keys and tokens are looked for there too.
MADE_UP = {"password in the source": "tests/", "address with a password": "tests/"}

# Random and public: hashes of locked packages, and in docs/corpus.tsv hashes of signals and the
# names of published examples.
PUBLIC = re.compile(
    r"--hash=sha256:[0-9a-f]{64}|\becg1:[0-9a-f]{64}\b|^(?:fhir-r4|hl7v2)/[\w./ -]+\t"
)
LONG = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
HEX = re.compile(r"[0-9a-fA-F]+")
BITS_A_LETTER = 4.3
BITS_A_HEX_DIGIT = 3.0
SHORTEST_HEX = 32


def secrets_in(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, kind, and what was found."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, found in _in_line(PUBLIC.sub("", line)):
            yield number, kind, found


def _in_line(line: str) -> Iterator[tuple[str, str]]:
    for kind, pattern in FORMATS.items():
        for match in pattern.finditer(line):
            yield kind, match[0]
    for match in LONG.finditer(line):
        if _is_random(match[0]):
            yield "random string", match[0]


def _is_random(text: str) -> bool:
    """Keys mix kinds of letters at random; names and paths repeat theirs."""
    if HEX.fullmatch(text):
        return len(text) >= SHORTEST_HEX and _entropy(text) > BITS_A_HEX_DIGIT
    mixed = all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return mixed and _entropy(text) > BITS_A_LETTER


def _entropy(text: str) -> float:
    """Bits a letter (Shannon)."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)
