"""Which XML a file is: by the name and namespace of its root, read from its first bytes."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from apps.ecg.formats.canonical import Refused

from .encodings import BLANKS, encoding_of

_HEAD_BYTES = 64 << 10


class _Found(Exception):
    def __init__(self, root: str, doctype: str) -> None:
        self.root = root
        self.doctype = doctype


def root_is(data: bytes, name: str, namespace: str = "") -> bool:
    """True for a document with this root in this namespace or in none, for a format without a
    namespace in any.

    Where a document type comes first its name alone decides, so that nothing it defines
    is expanded here.
    """
    found = _root(data)
    if found is None:
        return False
    around, _, root = found.root.rpartition(" ")
    return found.doctype == name or (root == name and around in {"", namespace or around})


def _root(data: bytes) -> _Found | None:
    """None for what is no XML."""
    if b"<" not in data[:64]:
        return None
    try:
        encoding, mark = encoding_of(data)
        text = data[mark : mark + _HEAD_BYTES].decode(encoding, "replace").lstrip(BLANKS)
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.StartDoctypeDeclHandler = lambda name, *_: _stop(doctype=name)
        parser.StartElementHandler = lambda name, _: _stop(root=name)
        parser.Parse(text.encode())
    except _Found as found:
        return found
    except (Refused, expat.ExpatError, UnicodeError):
        pass
    return None


def _stop(*, root: str = "", doctype: str = "") -> NoReturn:
    raise _Found(root, doctype)
