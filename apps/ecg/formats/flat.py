"""A dataclass as a dictionary, where none of its values holds others."""

from __future__ import annotations

from typing import Any


def fields_of(one: Any) -> dict[str, Any]:
    """The fields in their order; `asdict` would copy every value in depth, at ten times the time.

    For a dataclass with slots and without bases.
    """
    return {name: getattr(one, name) for name in one.__slots__}
