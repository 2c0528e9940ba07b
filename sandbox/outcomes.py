"""The documented values: what a payment code, or a merchant, leads to. Data alone, shown on the sandbox's page as it stands here.

A code is one of these names and whatever the partner puts behind it, ``SANDBOX-PAID-001``: each is a new code of a new customer,
and like every code it pays once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy as _

PREFIX = "SANDBOX"
CLIENT_ID = "SANDBOX-PARTNER"  # of the partner that `make sandbox` makes
SHAPE = re.compile(rf"{PREFIX}-([A-Z]{{1,16}})-([0-9A-Za-z._-]{{1,64}})")
BALANCE = 1_000_000  # rupiah in the purse of a customer who can pay


class Fault(Enum):
    """What goes wrong around a service, once for each partner's number; the service itself works as ever."""

    SILENCE = "silence"  # done, and no answer
    ERROR = "error"  # 500 before anything was done
    BUSY = "busy"  # 429 before anything was done
    EXHAUSTED = "exhausted"  # 403/14 before anything was done, as if the partner's deposit were used up
    LATE_NOTICE = "late_notice"  # done and answered, told late


class State(Enum):
    """How a code stands when it is first shown."""

    OPEN = "open"
    EXPIRED = "expired"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A name in a code, and what then becomes of the payment. Amounts in rupiah."""

    name: str
    response: str  # the responseCode of service 60
    meaning: Any
    balance: int = BALANCE
    ceiling: int | None = None
    frozen: bool = False
    state: State = State.OPEN
    fault: Fault | None = None

    @property
    def example(self) -> str:
        return f"{PREFIX}-{self.name}-001"


OUTCOMES = {
    outcome.name: outcome
    for outcome in (
        Outcome("PAID", "2006000", _("Dibayar; kantong pelanggan berisi Rp 1.000.000.")),
        Outcome("INSUFFICIENT", "4036014", _("Kantong hanya berisi Rp 1.000: lebih dari itu ditolak."), balance=1_000),
        Outcome("FROZEN", "4036018", _("Dompet pelanggan dibekukan."), frozen=True),
        Outcome("CEILING", "4036002", _("Kode dibatasi Rp 5.000: lebih dari itu ditolak."), ceiling=5_000),
        Outcome("EXPIRED", "4036000", _("Kode sudah kedaluwarsa."), state=State.EXPIRED),
        Outcome("USED", "4046000", _("Kode sudah dipakai."), state=State.USED),
        Outcome(
            "TIMEOUT",
            "",
            _(
                "Dibayar, tetapi permintaan pertama tidak dijawab sampai waktu tunggu habis (lalu 5046000). Tanyakan dengan"
                " layanan 61, atau ulangi dengan nomor yang sama dan X-EXTERNAL-ID baru."
            ),
            fault=Fault.SILENCE,
        ),
        Outcome(
            "ERROR",
            "5006000",
            _(
                "Permintaan pertama gagal di pihak kami, tanpa akibat; ulangi dengan nomor yang sama dan X-EXTERNAL-ID baru."
            ),
            fault=Fault.ERROR,
        ),
        Outcome(
            "BUSY",
            "4296000",
            _(
                "Permintaan pertama ditolak karena terlalu sering, tanpa akibat; tunggu sebentar, lalu ulangi dengan nomor yang"
                " sama dan X-EXTERNAL-ID baru."
            ),
            fault=Fault.BUSY,
        ),
        Outcome(
            "LATE",
            "2006000",
            _("Dibayar dan dijawab; notifikasinya (layanan 79) baru dikirim semenit kemudian."),
            fault=Fault.LATE_NOTICE,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant of the sandbox, and what a payment there comes to. Its merchantId is the series and its number."""

    number: str
    name: str
    mcc: str
    meaning: Any
    suspended: bool = False
    of_another: bool = False
    series: str = "SANDBOXSHOP"

    @property
    def merchant_id(self) -> str:
        return self.series + self.number


SHOPS = (
    Shop("0001", "WARUNG SANDBOX", "5411", _("Menerima semua kode di atas.")),
    Shop("0002", "APOTEK SANDBOX", "5912", _("Apotek; menerima semua kode di atas.")),
    Shop("0003", "SEPATU SANDBOX", "5661", _("Di luar kategori bantuan: 4036015.")),
    Shop("0006", "AGEN SANDBOX", "6010", _("Agen tunai (layanan 44); otp-nya kode SANDBOX-PAID-….")),
    Shop("0004", "TUTUP SANDBOX", "5411", _("Ditangguhkan: 4036019."), suspended=True),
    Shop("0005", "TETANGGA SANDBOX", "5411", _("Milik mitra lain: 4046008."), of_another=True),
)
ALLOWED_MCCS = ["5411", "5912", "6010"]


def read(value: object) -> Outcome | None:
    """The outcome that a code's value stands for; None for a code that is not the sandbox's."""
    match = SHAPE.fullmatch(value) if isinstance(value, str) else None
    return OUTCOMES.get(match[1]) if match else None
