"""The interface of key-encryption keys, and how each of its engines may fail."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from apps.core.errors import PermanentError, UnavailableError


class Wrapped(NamedTuple):
    """A wrapped key and the name of the key-encryption key that opens it."""

    kek_id: str
    wrapped: bytes


class KeyEncryption(Protocol):
    """Wraps data keys. An owner is an organization's public id; `bound` must be the same again."""

    def ids(self, owner: str) -> list[str]:
        """The owner's keys, oldest first; the last one wraps. Empty where there is none."""
        ...

    def wrap(self, owner: str, key: bytes, bound: bytes) -> Wrapped:
        """Wrapped under the owner's newest key, which is made where there is none."""
        ...

    def unwrap(self, kek_id: str, wrapped: bytes, bound: bytes) -> bytes:
        """Raises KekGone, NotGenuine, KekUnavailable."""
        ...

    def renew(self, owner: str) -> None:
        """A newer key wraps from now on; the older ones stay."""
        ...

    def forget_older(self, owner: str) -> None:
        """Only the newest key stays."""
        ...

    def destroy(self, owner: str) -> None:
        """No key of the owner stays; done before is done. Raises CannotDestroy."""
        ...


class KekGone(Exception):
    """The key-encryption key was destroyed, or never was in this place."""


class NotGenuine(Exception):
    """The wrapped bytes are not what was wrapped for this purpose."""


class KekUnavailable(UnavailableError):
    """The place of the keys cannot be used now; says nothing about any key."""

    def __init__(self, code: str = "keys-unavailable") -> None:
        super().__init__(code)


class CannotDestroy(PermanentError):
    """This engine has one key for all organizations."""

    def __init__(self, code: str = "keys-are-shared") -> None:
        super().__init__(code)

    def __str__(self) -> str:
        return (
            "EINTHOVEN_KEK is one key for all organizations: destroying it would destroy every"
            " organization's data. Move to EINTHOVEN_KEK_FILE or EINTHOVEN_KEK_URL first."
        )
