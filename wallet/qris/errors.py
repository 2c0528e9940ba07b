"""What can be wrong with a QRIS code, with the tag where it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class Fault(StrEnum):
    """The kinds of fault; a program may tell them apart."""

    TEXT = "text"
    TRUNCATED = "truncated"
    TAG = "tag"
    LENGTH = "length"
    ORDER = "order"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    VALUE = "value"
    UNEXPECTED = "unexpected"
    CRC = "crc"


PROBLEMS: dict[Fault, tuple[Any, Any]] = {  # what is wrong, and what to do
    Fault.TEXT: (_("bukan teks yang dapat dibaca"), _("Pindai lagi kode utuhnya.")),
    Fault.TRUNCATED: (_("isinya terpotong"), _("Pindai lagi kode utuhnya.")),
    Fault.TAG: (_("nomor tag bukan dua angka"), _("Pindai lagi kode utuhnya.")),
    Fault.LENGTH: (_("panjangnya tidak sesuai"), _("Perbaiki panjang isi tag itu, lalu hitung lagi CRC-nya.")),
    Fault.ORDER: (_("letaknya salah"), _("Tag 00 harus pertama dan tag 63 terakhir.")),
    Fault.DUPLICATE: (_("tertulis dua kali"), _("Tulis setiap tag satu kali.")),
    Fault.MISSING: (_("tidak ada"), _("Lengkapi tag itu.")),
    Fault.VALUE: (_("isinya tidak diizinkan"), _("Perbaiki isi tag itu menurut standar QRIS.")),
    Fault.UNEXPECTED: (_("tidak boleh ada di sini"), _("Hapus tag itu, atau lengkapi tag 55 yang memintanya.")),
    Fault.CRC: (_("tidak cocok dengan isi kode"), _("Kode rusak atau diubah: pindai lagi, atau cetak ulang kodenya.")),
}


class QrisError(WalletError):
    """A code that is none. `tag` is the path to the fault (``62.07``; ``-`` for the whole), `fault` its kind."""

    code = "qris_malformed"
    message = _("Kode QRIS tidak sah. Tag %(tag)s: %(problem)s. %(remedy)s")

    def __init__(self, tag: str, fault: Fault) -> None:
        problem, remedy = PROBLEMS[fault]
        self.tag, self.fault = tag or "-", fault
        super().__init__(tag=self.tag, fault=str(fault), problem=str(problem), remedy=str(remedy))
