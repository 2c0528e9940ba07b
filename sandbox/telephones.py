"""Documented telephone numbers: who is topped up and what becomes of it; and the directory that the wallet asks.

The first digits say what happens, the rest is the partner's choice (``6281174``, ``2234``): each number is a customer of its own.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from sandbox.outcomes import Fault

SHAPE = re.compile(r"(?:\+?62|0)(8[0-9]{8,12})")
HOLDERS = uuid.UUID("5a1c0000-0000-4000-8000-00000000face")  # the holders of documented numbers are named under this


@dataclass(frozen=True, slots=True)
class Telephone:
    """What numbers that begin so lead to; `response` is the responseCode of service 38."""

    prefix: str
    example: str
    response: str
    meaning: Any
    frozen: bool = False
    fault: Fault | None = None

    @property
    def name(self) -> str:
        return self.prefix


TELEPHONES = (
    Telephone("6281174", "62811742234", "2003800", _("Diisi.")),
    Telephone("6289966", "628996647679", "4033805", _("Dompet pelanggan dibekukan."), frozen=True),
    Telephone(
        "628551008",
        "628551008794",
        "5003801",
        _(
            "Permintaan pertama gagal di pihak kami, tanpa akibat; ulangi dengan nomor yang sama dan X-EXTERNAL-ID baru."
        ),
        fault=Fault.ERROR,
    ),
    Telephone(
        "6281211",
        "628121111111",
        "5003800",
        _(
            "Permintaan pertama gagal di pihak kami, tanpa akibat; ulangi dengan nomor yang sama dan X-EXTERNAL-ID baru."
        ),
        fault=Fault.ERROR,
    ),
    Telephone(
        "628551014",
        "628551014014",
        "4033814",
        _(
            "Permintaan pertama ditolak seakan-akan titipan Anda habis, tanpa akibat; ulangi dengan nomor yang sama dan"
            " X-EXTERNAL-ID baru."
        ),
        fault=Fault.EXHAUSTED,
    ),
    Telephone(
        "628551005",
        "628551005454",
        "",
        _(
            "Diisi, tetapi permintaan pertama tidak dijawab. Tanyakan dengan layanan 39, atau ulangi dengan nomor yang sama."
        ),
        fault=Fault.SILENCE,
    ),
)


def read(number: object) -> Telephone | None:
    """What the number stands for, in any usual way to write it; None for one that is not documented."""
    written = normal(number)
    return next((it for it in TELEPHONES if written.startswith(it.prefix)), None) if written else None


def normal(number: object) -> str:
    """The number as SNAP writes it (628…); empty for what is no mobile number."""
    match = SHAPE.fullmatch(number) if isinstance(number, str) else None
    return f"62{match[1]}" if match else ""


def holder(number: str) -> uuid.UUID:
    """Whose wallet the number, in its normal form, leads to."""
    return uuid.uuid5(HOLDERS, number)


def find(numbers: Sequence[str]) -> dict[str, list[Any]]:
    """The directory of the sandbox: `settings.WALLET["directory"]`. A documented number has a wallet from its first use on."""
    from sandbox import fixtures  # models are there once this is called

    return fixtures.listed([number for number in numbers if read(number)])
