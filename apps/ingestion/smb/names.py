"""Names on a share: which are wanted, which can be opened, and by what they are remembered.

They hold names of patients, so the ledger is found by hashes of them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from fnmatch import fnmatchcase

from apps.ingestion.model_share import ShareSource
from apps.ingestion.sources import FORBIDDEN

ARCHIVE = "archive"
MOST_UNITS = 255
# Written by programs that rename the file when it is whole.
TEMPORARY = re.compile(r"(^[.~].*)|(.*\.(tmp|temp|part|partial|filepart|crdownload|lock))")


def fold(text: str) -> str:
    """One spelling of names that differ by case or by how accents are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def can_be_opened(name: str) -> bool:
    """Whether a server opens by it the file that it listed, and no other.

    Windows drops dots and spaces at the end; a colon opens a stream.
    """
    if name in {"", ".", ".."} or name[-1] in ". " or FORBIDDEN.search(name):
        return False
    try:
        return len(name.encode("utf-16-le")) <= 2 * MOST_UNITS
    except UnicodeEncodeError:  # half of a pair
        return False


def is_temporary(name: str) -> bool:
    return TEMPORARY.fullmatch(fold(name)) is not None


def is_wanted(name: str, patterns: list[str]) -> bool:
    """By the patterns of the source, whatever the case; without any, every file."""
    folded = fold(name)
    return not patterns or any(fnmatchcase(folded, pattern) for pattern in patterns)


def patterns_of(source: ShareSource) -> list[str]:
    return [fold(part) for part in re.split(r"[,;\s]+", source.patterns) if part]


def place_hash(source: ShareSource, path: str) -> str:
    """Of one spelling: a server may tell names apart that differ by case only."""
    return _hash(source, "place", path)


def stem_hash(source: ShareSource, path: str) -> str:
    """The same for A1.DCM and a1.pdf of one folder."""
    folder, _, name = path.rpartition("\\")
    return _hash(source, "stem", fold(f"{folder}\\{name.rpartition('.')[0] or name}"))


def delivery_key(source: ShareSource, path: str, sha256: str) -> str:
    """The same content at the same place of the same share is one delivery, however it is spelt."""
    place = (source.server, source.share, source.folder.replace("/", "\\"), path)
    text = "\0".join([*(fold(part) for part in place), sha256])
    return hashlib.sha256(text.encode()).hexdigest()


def _hash(source: ShareSource, kind: str, text: str) -> str:
    salted = f"{source.public_id}\0{kind}\0{text}"
    return hashlib.sha256(salted.encode(errors="surrogatepass")).hexdigest()


def shortened(name: str, mark: str) -> str:
    """The name with a mark before its ending, within the 255 bytes of most file systems."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 16:
        stem, ending = name, ""
    rest = f"~{mark}" + (f".{ending}" if ending else "")
    room = MOST_UNITS - len(rest.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + rest
