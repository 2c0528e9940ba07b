"""Why an offline allowance is not issued, and why a claim is refused or queued.

wallet.snap.offline maps them to the standard's cases.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class OfflineUnavailable(WalletError):
    """No key to sign with is configured (OFFLINE_KEYS)."""

    code = "offline_unavailable"
    status = 503
    message = _("Belanja luring belum tersedia. Pakai kode bayar biasa.")


class OfflineCeilingExceeded(WalletError):
    """With what is reserved already, more than one person may take offline."""

    code = "offline_ceiling_exceeded"
    status = 403
    message = _("Pagu luring paling banyak Rp %(limit)s seorang. Kurangi jumlahnya.")


class OfflineCardsADay(WalletError):
    """Cards are like cash: what one desk may hand out is bounded."""

    code = "offline_cards_a_day"
    status = 403
    message = _("Seorang petugas membuat paling banyak %(limit)s kartu luring sehari. Minta petugas lain, atau besok.")


class OfflineNotForMoney(WalletError):
    """Its rules are of what a till without a network cannot see, or more than a code can state."""

    code = "offline_not_for_money"
    status = 409
    message = _("Bantuan ini tidak dapat dipakai luring. Pakai kode bayar biasa di pedagang yang mencatat barangnya.")


class OfflineAlreadyOpen(WalletError):
    code = "offline_already_open"
    status = 409
    message = _("Masih ada pagu luring seperti ini yang berlaku. Pakai dahulu, atau cabut dan tunggu sampai berakhir.")


class OfflineDeviceKeyInvalid(WalletError):
    code = "offline_device_key_invalid"
    message = _("Kunci perangkat harus kunci publik Ed25519: 32 byte dalam 52 huruf base32.")


class OfflineVouchersInvalid(WalletError):
    code = "offline_vouchers_invalid"
    message = _("Isi 1 sampai %(most)s lembar kupon.")


class OfflineUnknown(WalletError):
    code = "offline_unknown"
    status = 404
    message = _("Pagu luring itu tidak ditemukan.")


class OfflineEnded(WalletError):
    code = "offline_ended"
    status = 409
    message = _("Pagu luring ini sudah berakhir atau dicabut.")


# What a cashier reads for a part of a code.
PARTS: dict[str, Any] = {
    "text": _("panjang atau hurufnya"),
    "SLR1": _("awalan SLR1"),
    "V": _("kupon /V"),
    "key": _("nomor kunci"),
    "allowance": _("nomor pagu luring"),
    "alias": _("nama samaran"),
    "ceiling": _("pagu"),
    "from": _("awal masa berlaku"),
    "until": _("akhir masa berlaku"),
    "mccs": _("kategori pedagang"),
    "regions": _("wilayah"),
    "cash": _("tanda boleh tunai"),
    "device": _("kunci perangkat"),
    "serial": _("nomor kupon"),
    "of": _("jumlah kupon"),
    "amount": _("jumlah uang"),
    "signature": _("tanda tangan"),
    "count": _("nomor kupon"),
    "spent": _("jumlah yang sudah dipakai"),
    "merchant": _("pedagang"),
    "made": _("waktu dibuat"),
}


# --- a claim is refused: it could not have been accepted by a till that checked it ---


class CodeMalformed(WalletError):
    """`part` is the first part that is not as it must be, by its name in `wallet.offline.codes`; people read it as in PARTS."""

    code = "offline_code_malformed"
    message = _("Kode luring tidak terbaca (%(part)s tidak benar). Pindai ulang kodenya.")

    def __str__(self) -> str:
        part = self.data["part"]
        return str(self.message) % {"part": PARTS.get(part, part)}


class CodeForged(WalletError):
    """The key is not ours, or the signature is not by it."""

    code = "offline_code_forged"
    status = 404
    message = _("Tanda tangan kode luring tidak sah. Jangan terima kode ini.")


class AllowanceUnknown(WalletError):
    code = "offline_allowance_unknown"
    status = 404
    message = _("Pagu luring pada kode ini tidak dikenal.")


class TakenOutsideValidity(WalletError):
    code = "offline_outside_validity"
    status = 403
    message = _("Kode luring tidak berlaku pada waktu belanja itu.")


class OfMerchantElsewhere(WalletError):
    code = "offline_other_merchant"
    status = 403
    message = _("Kupon ini dibuat untuk pedagang lain.")


class AmountNotVouched(WalletError):
    """A phone's voucher pays exactly its amount; a printed one at most its own; none more than the ceiling it states."""

    code = "offline_amount_not_vouched"
    status = 409
    message = _("Jumlah tidak sesuai dengan kupon.")


class VoucherSpent(WalletError):
    """The same merchant claims the same voucher under another number."""

    code = "offline_voucher_spent"
    status = 409
    message = _("Kupon ini sudah ditagih oleh pedagang yang sama.")


# --- a claim is queued: the till may have done all that it could ---


class VoucherDoubled(WalletError):
    code = "offline_voucher_doubled"
    status = 202
    message = _("Kupon ini sudah ditagih pedagang lain lebih dahulu.")


class CountReused(WalletError):
    """Two different vouchers of one count: the device signed both."""

    code = "offline_count_reused"
    status = 202
    message = _("Perangkat pembeli membuat dua kupon bernomor sama.")


class OverCeiling(WalletError):
    code = "offline_over_ceiling"
    status = 202
    message = _("Pagunya sudah habis ditagih lebih dahulu.")


class ClaimLate(WalletError):
    code = "offline_claim_late"
    status = 202
    message = _("Tagihan datang sesudah batas waktu dan sisa pagu sudah kembali.")


# --- officers' decisions ---


class ClaimMoved(WalletError):
    code = "offline_claim_moved"
    status = 409
    message = _("Status tagihan sudah berubah. Muat ulang halaman.")


class AnotherOfficer(WalletError):
    code = "offline_another_officer"
    status = 403
    message = _("Yang mengusulkan tidak boleh menyetujui. Minta petugas lain.")


class LossBound(WalletError):
    """What the fund paid for one allowance never exceeds its ceiling."""

    code = "offline_loss_bound"
    status = 409
    message = _("Kerugian satu pagu tidak dibayar lebih dari pagunya. Sisa yang dapat dibayar: Rp %(left)s.")


class NoLossFund(WalletError):
    code = "offline_no_loss_fund"
    status = 409
    message = _("Dana kerugian belum ada. Minta bendahara mengisinya, atau tolak tagihan ini.")
