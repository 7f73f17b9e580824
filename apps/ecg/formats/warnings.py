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
        """A known version, or another program of the maker, whose files declare all they need."""
        self.add("version-unproven", "No real file of this version has been compared yet.")

    def holds(self, code: str) -> bool:
        return any(warning.code == code for warning in self._found)

    def extend(self, more: tuple[DecodeWarning, ...]) -> None:
        self._found.update(dict.fromkeys(more))

    def all(self) -> tuple[DecodeWarning, ...]:
        return tuple(self._found)
