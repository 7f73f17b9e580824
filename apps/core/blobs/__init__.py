"""Bytes that do not live in the database: sealed from the first write, named by their content."""

from apps.core.blobs.sealing import Unsealable, seal_bytes, unseal_bytes
from apps.core.blobs.store import Corrupt, Stored, TooLarge, engine, get, put

__all__ = [
    "Corrupt",
    "Stored",
    "TooLarge",
    "Unsealable",
    "engine",
    "get",
    "put",
    "seal_bytes",
    "unseal_bytes",
]
