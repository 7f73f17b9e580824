"""What is asked cannot be done with an upload in parts."""

from __future__ import annotations


class UploadRefused(Exception):
    """The words are for its sender; the field is the one at fault, where one is."""

    def __init__(self, code: str, words: str, *, field: str = "") -> None:
        super().__init__(code)
        self.code, self.words, self.field = code, words, field
