"""What a decoder noticed and did not refuse."""

from __future__ import annotations

from .canonical import DecodeWarning


class Warnings:
    """Collects warnings in order, each once."""

    def __init__(self) -> None:
        self._found: dict[DecodeWarning, None] = {}

    def add(self, code: str, message: str) -> None:
        self._found[DecodeWarning(code, message)] = None

    def add_unproven_version(self) -> None:
        """A file that declares all it needs is read, whatever program of its maker wrote it."""
        self.add("version-unproven", "No real file of this version has been compared yet.")

    def extend(self, more: tuple[DecodeWarning, ...]) -> None:
        self._found.update(dict.fromkeys(more))

    def all(self) -> tuple[DecodeWarning, ...]:
        return tuple(self._found)
