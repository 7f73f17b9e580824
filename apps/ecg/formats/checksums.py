"""Checksums that formats carry."""

from __future__ import annotations

import binascii


def crc_ccitt(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021 from 0xFFFF."""
    return binascii.crc_hqx(data, 0xFFFF)
