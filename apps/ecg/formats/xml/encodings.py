"""From bytes to text by the byte order mark and the declared encoding, never by a guess."""

from __future__ import annotations

import codecs
import re

from apps.ecg.formats.canonical import Refused

_DECLARED = re.compile(r"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([A-Za-z][\w.:-]{0,40})[\"']")
_HEAD_BYTES = 512
BLANKS = " \t\r\n"
_WIDE = {"utf-16", "utf-16-le", "utf-16-be"}
# What carts in other countries declare, by Python's names; all of them begin with ASCII.
_SINGLE = {
    *("utf-8", "ascii", "koi8-r", "koi8-u", "tis-620", "cp874"),
    *(f"iso8859-{n}" for n in (*range(1, 12), *range(13, 17))),
    *(f"cp{n}" for n in range(1250, 1259)),
}
# A declared East Asian set is written with the characters its systems add to it.
_EAST = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "cp950",
    "cp950": "cp950",
    "euc_kr": "cp949",
    "cp949": "cp949",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
}
_NAMES_PYTHON_LACKS = {"windows-949": "cp949", "windows-874": "cp874", "windows-31j": "cp932"}
# In ISO 8859-1 these are control characters, which no name holds; in Windows-1252 they are letters
# and quotation marks, but for five that are nothing.
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def to_text(data: bytes) -> str:
    """The whole document. Raises Refused (xml-encoding) for an unknown or untrue encoding."""
    encoding, mark = encoding_of(data)
    try:
        return data[mark:].decode(encoding).lstrip(BLANKS)
    except UnicodeDecodeError:
        raise _refused("The file does not fit its encoding.") from None


def encoding_of(data: bytes) -> tuple[str, int]:
    """The codec and the length of the byte order mark. Raises Refused.

    Bytes that are plainly UTF-16, or not, count before the declaration: programs that save a
    document anew leave its declaration as it was.
    """
    found, mark = _by_first_bytes(data)
    head = data[mark : mark + _HEAD_BYTES].decode(found or "latin-1", "replace")
    match = _DECLARED.match(head.lstrip(BLANKS))
    declared = _codec(match[1]) if match else "utf-8"
    if found:
        return found, mark
    if declared == "iso8859-1":
        return _latin(data), mark
    return "utf-8" if declared in _WIDE else _EAST.get(declared, declared), mark


def _latin(data: bytes) -> str:
    windows = _WINDOWS_ONLY.search(data) and not _NOT_WINDOWS.search(data)
    return "cp1252" if windows else "iso8859-1"


def _by_first_bytes(data: bytes) -> tuple[str, int]:
    """XML 1.0 appendix F; empty for a file of single bytes without a mark."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return codec, len(mark)
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(data[:2], ""), 0


def _codec(name: str) -> str:
    try:
        codec = codecs.lookup(_NAMES_PYTHON_LACKS.get(name.lower(), name)).name
    except LookupError:
        codec = ""
    if codec not in _SINGLE | _WIDE | _EAST.keys():
        raise _refused("The file names an encoding that is not read.")
    return codec


def _refused(message: str) -> Refused:
    return Refused("xml-encoding", message, field="encoding")
