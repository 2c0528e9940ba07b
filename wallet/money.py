"""Rupiah as people read and write them, ``Rp 1.000.000``, and as messages of the national standard do."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[0-9]{1,15}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){1,4}")


def rupiah(amount: int) -> str:
    """The amount as it is written in Indonesia, whatever the reader's language: ``Rp 1.000.000``."""
    return f"{'-' if amount < 0 else ''}Rp {abs(amount):,}".replace(",", ".")


def in_message(amount: int) -> dict[str, str]:
    """The amount as SNAP writes it: ``{"value": "10000.00", "currency": "IDR"}``."""
    return {"value": f"{amount}.00", "currency": "IDR"}


def parse_rupiah(text: str) -> int | None:
    """Whole rupiah from ``1000000``, ``1.000.000`` or ``Rp 1.000.000``; None for anything that could mean two amounts."""
    digits = re.sub(r"^[Rr][Pp]\.? ?", "", text.strip())
    if _PLAIN.fullmatch(digits):
        return int(digits)
    if _GROUPED.fullmatch(digits):
        return int(digits.replace(".", ""))
    return None
