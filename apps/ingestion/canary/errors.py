"""Why a canary did not come through a door."""

from __future__ import annotations


class NotSent(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Impossible(NotSent):
    """The path is not set up so that the platform could send itself anything."""


class NotTaken(NotSent):
    """The door was reached and refused it."""
