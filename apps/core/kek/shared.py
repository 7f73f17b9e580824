"""Key-encryption keys from the environment: one set for all organizations, never written."""

from __future__ import annotations

from apps.core.blobs.keyring import Keyring
from apps.core.kek import aes
from apps.core.kek.engine import CannotDestroy, KekGone, Wrapped


class SharedKeys:
    def __init__(self, ring: Keyring) -> None:
        self._ring = ring

    def ids(self, owner: str) -> list[str]:
        return [*sorted(self._ring.keys.keys() - {self._ring.active}), self._ring.active]

    def wrap(self, owner: str, key: bytes, bound: bytes) -> Wrapped:
        active = self._ring.active
        return Wrapped(active, aes.wrap(self._ring.key(active), key, bound))

    def unwrap(self, kek_id: str, wrapped: bytes, bound: bytes) -> bytes:
        try:
            kek = self._ring.key(kek_id)
        except KeyError:
            raise KekGone from None
        return aes.unwrap(kek, wrapped, bound)

    def renew(self, owner: str) -> None:
        """A newer key is the one the environment names active."""

    def forget_older(self, owner: str) -> None:
        """An older key is forgotten by leaving it out of the environment."""

    def destroy(self, owner: str) -> None:
        raise CannotDestroy
