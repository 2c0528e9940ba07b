"""The checksum of a QRIS code: CRC-16/CCITT-FALSE (polynomial 1021, start FFFF, not reflected)."""

from __future__ import annotations

import binascii


def crc(text: str) -> str:
    """Four upper-case hexadecimal digits over the text's bytes; of ``123456789`` it is ``29B1``."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"
