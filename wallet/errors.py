"""What can go wrong with money, as one family: a code for programs, a sentence for people, data for both.

Each error says in the reader's words what happened and what to do next. `code` is stable and is stored with a
declined payment; `status` is the HTTP status a plain JSON API answers with; wallet.snap.codes maps them to SNAP's.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from wallet.money import rupiah


class WalletError(Exception):
    """Base of the family. `data` fills the placeholders of `message`."""

    code = "wallet_error"
    status = 400
    message: Any = _("Permintaan tidak dapat diproses.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        # Amounts as people write them, whoever raised them: "Rp 20.000.000".
        return re.sub(r"Rp ([0-9]+)", lambda found: rupiah(int(found[1])), str(self.message) % self.data)


class InvalidAmount(WalletError):
    code = "invalid_amount"
    message = _("Jumlah harus rupiah bulat lebih dari nol.")


class InsufficientFunds(WalletError):
    """The debited account, or the purses together, hold less than asked."""

    code = "insufficient_funds"
    status = 409
    message = _("Saldo tidak cukup. Periksa saldo, lalu ulangi dengan jumlah yang lebih kecil.")


class DepositUsedUp(InsufficientFunds):
    """The partner's deposit holds less than the top-up: nothing that the customer could do about it."""

    message = _("Titipan mitra tidak cukup. Tambah titipan, lalu kirim lagi dengan nomor yang sama.")


class IdempotencyConflict(WalletError):
    """The same key was used before for something else."""

    code = "idempotency_conflict"
    status = 409
    message = _("Nomor ini sudah dipakai untuk permintaan lain. Pakai nomor baru.")


class AlreadyReversed(WalletError):
    code = "already_reversed"
    status = 409
    message = _("Transfer ini sudah pernah dibatalkan.")


class NotReversible(WalletError):
    code = "not_reversible"
    status = 409
    message = _("Transfer ini tidak dapat dibatalkan. Belanja dikembalikan lewat pengembalian dana.")


class NotPermitted(WalletError):
    """There is money that may not be spent at this kind of merchant, and what may be does not suffice."""

    code = "not_permitted"
    status = 403
    message = _("Bantuan ini tidak dapat dipakai di jenis pedagang ini.")


class LimitExceeded(WalletError):
    code = "limit_exceeded"
    status = 403
    message = _("Jumlah melebihi batas per transaksi, Rp %(limit)s.")


class DailyLimitExceeded(WalletError):
    """With what was paid and held today, more than a wallet may spend in a day."""

    code = "daily_limit_exceeded"
    status = 403
    message = _("Jumlah melebihi batas belanja sehari. Coba lagi besok.")


class BalanceLimitExceeded(WalletError):
    """With what the wallet holds, more than it may hold."""

    code = "balance_limit_exceeded"
    status = 403
    message = _("Saldo dompet akan melebihi batas, Rp %(limit)s.")


class MonthlyLimitExceeded(WalletError):
    """With what came in this month, more than a wallet may receive in a month."""

    code = "monthly_limit_exceeded"
    status = 403
    message = _("Dana masuk bulan ini akan melebihi batas, Rp %(limit)s.")


class CashNotAllowed(WalletError):
    """Cash goes only into a purse of that wallet which may be drawn as cash and never expires."""

    code = "cash_not_allowed"
    status = 403
    message = _("Uang tunai tidak dapat disetor ke kantong ini. Setor ke kantong uang sendiri.")


class NotAnAgent(WalletError):
    code = "not_an_agent"
    status = 403
    message = _("Pedagang ini bukan agen tunai. Setor di agen tunai atau di loket.")


class CodeCeiling(WalletError):
    """More than the holder allowed when making the code; how much that is, is the holder's business."""

    code = "code_ceiling"
    status = 403
    message = _("Jumlah melebihi batas yang dipasang pembeli pada kode ini.")


class BankAccountMissing(WalletError):
    code = "bank_account_missing"
    status = 409
    message = _("Pedagang ini belum punya rekening bank. Isi rekeningnya dahulu.")


class CodeUnknown(WalletError):
    code = "code_unknown"
    status = 404
    message = _("Kode bayar tidak dikenal. Minta pembeli membuat kode baru.")


class CodeExpired(WalletError):
    code = "code_expired"
    status = 403
    message = _("Kode bayar sudah kedaluwarsa. Minta pembeli membuat kode baru.")


class CodeUsed(WalletError):
    code = "code_used"
    status = 409
    message = _("Kode bayar sudah dipakai. Minta pembeli membuat kode baru.")


class WalletInactive(WalletError):
    code = "wallet_inactive"
    status = 403
    message = _("Dompet ini dibekukan atau ditutup. Hubungi kantor kelurahan.")


class ReasonMissing(WalletError):
    """Nobody's money is stopped, passed on or taken back without a recorded reason."""

    code = "reason_missing"
    message = _("Isi alasannya dahulu.")


class WalletNotEmpty(WalletError):
    code = "wallet_not_empty"
    status = 409
    message = _("Dompet masih berisi Rp %(left)s. Tunggu sampai habis, atau wariskan dahulu.")


class MoneyHeld(WalletError):
    """An order or a ride has reserved some of it."""

    code = "money_held"
    status = 409
    message = _("Rp %(held)s masih ditahan pedagang. Batalkan penahanannya atau tunggu sampai berakhir.")


class SuccessorUnfit(WalletError):
    code = "successor_unfit"
    status = 409
    message = _("Penerus harus orang lain yang dompetnya aktif.")


class AlreadySucceeded(WalletError):
    """The wallet was passed on before."""

    code = "already_succeeded"
    status = 409
    message = _("Dompet ini sudah diwariskan.")


class SettlementReturned(WalletError):
    code = "settlement_returned"
    status = 409
    message = _("Bank sudah mengembalikan penyelesaian ini. Penyelesaian berikutnya membayarnya lagi.")


class MerchantUnknown(WalletError):
    code = "merchant_unknown"
    status = 404
    message = _("Pedagang tidak terdaftar pada mitra ini.")


class MerchantSuspended(WalletError):
    code = "merchant_suspended"
    status = 403
    message = _("Pedagang sedang ditangguhkan.")


class CashOutNotGranted(WalletError):
    """A payment at an agent is cash drawn, whatever asks for it: the partner needs service 44."""

    code = "cash_out_not_granted"
    status = 403
    message = _("Mitra ini tidak berhak menyerahkan uang tunai. Minta layanan 44 ke kantor.")


class SuspectedFraud(WalletError):
    """A fraud rule holds new payments of the merchant or the wallet until an officer has looked."""

    code = "suspected_fraud"
    status = 403
    message = _("Belanja ini ditahan untuk diperiksa. Pemegang dan pedagang dapat bertanya ke kantor kelurahan.")


class TransactionSuspended(WalletError):
    """An officer has stopped new payments of the merchant or the wallet, with a recorded reason."""

    code = "transaction_suspended"
    status = 403
    message = _("Belanja dihentikan sementara oleh petugas. Pemegang dan pedagang dapat bertanya ke kantor kelurahan.")


class PaymentLate(WalletError):
    """Whoever asked for the payment had given up waiting for it: nothing was paid."""

    code = "payment_late"
    status = 403
    message = _("Permintaan ini datang sesudah kasir berhenti menunggu; tidak ada yang dibayar. Ulangi belanjanya.")


class PaymentUnknown(WalletError):
    code = "payment_unknown"
    status = 404
    message = _("Belanja dengan nomor itu tidak ditemukan.")


class HoldUnknown(WalletError):
    code = "hold_unknown"
    status = 404
    message = _("Penahanan dengan nomor itu tidak ditemukan.")


class HoldEnded(WalletError):
    """It was declined, captured in full, voided, or its time is over: nothing is held any more."""

    code = "hold_ended"
    status = 409
    message = _("Penahanan ini sudah berakhir. Minta pembeli membuat kode baru.")


class CaptureTooLarge(WalletError):
    code = "capture_too_large"
    status = 409
    message = _("Tagihan melebihi sisa yang ditahan, Rp %(left)s.")


class RefundTooLarge(WalletError):
    code = "refund_too_large"
    status = 409
    message = _("Pengembalian melebihi sisa belanja, Rp %(left)s.")


class RefundNotPossible(WalletError):
    """It was declined, or not paid yet, so there is nothing to give back."""

    code = "refund_not_possible"
    status = 409
    message = _("Belanja itu tidak dibayar, jadi tidak ada yang dapat dikembalikan.")


class PaymentCancelled(WalletError):
    """It was taken back whole, as if it had not been: there is nothing left of it to give back."""

    code = "payment_cancelled"
    status = 409
    message = _("Belanja itu sudah dibatalkan, dan seluruh uangnya sudah kembali.")


class StatementCursorInvalid(WalletError):
    """The cursor was not made by us, or belongs to another statement."""

    code = "statement_cursor_invalid"
    message = _("Penanda halaman rekening koran ini tidak sah. Mulai lagi dari halaman pertama.")


class PinNotSet(WalletError):
    code = "pin_not_set"
    status = 409
    message = _("PIN belum dibuat. Buat PIN 6 angka dahulu.")


class PinAlreadySet(WalletError):
    code = "pin_already_set"
    status = 409
    message = _("PIN sudah ada. Untuk menggantinya, isi PIN lama.")


class PinInvalid(WalletError):
    code = "pin_invalid"
    message = _("PIN harus 6 angka, tidak berurutan dan tidak semuanya sama.")


class PinWrong(WalletError):
    code = "pin_wrong"
    status = 403
    message = _("PIN salah. Sisa percobaan: %(left)s.")


class PinLocked(WalletError):
    code = "pin_locked"
    status = 403
    message = _("PIN terkunci karena salah berulang kali. Coba lagi setelah %(until)s.")


class DayNotOver(WalletError):
    """Transfers can still be posted on that day."""

    code = "day_not_over"
    status = 409
    message = _("Hari %(day)s belum berakhir. Segel baru dapat dibuat sesudah tengah malam Jakarta.")


class SealRemoved(WalletError):
    """A verification saw this day sealed, and the seal is gone: sealing anew would sign whatever was done to the day."""

    code = "seal_removed"
    status = 409
    message = _("Segel hari %(day)s pernah ada dan kini hilang. Tidak disegel ulang; jalankan manage.py ledger verify.")


class SealOutOfOrder(WalletError):
    """Seals are a chain without gaps."""

    code = "seal_out_of_order"
    status = 409
    message = _("Hari %(day)s belum dapat disegel. Segel dahulu hari-hari sebelumnya: manage.py ledger seal.")


class LedgerBusy(WalletError):
    """Some transaction went on writing transfers for longer than a seal may make payments wait."""

    code = "ledger_busy"
    status = 503
    message = _("Buku besar sedang ditulis terus-menerus, segel belum dibuat. Ulangi beberapa menit lagi.")


class TransferUnknown(WalletError):
    code = "transfer_unknown"
    status = 404
    message = _("Transfer %(transfer)s tidak ditemukan.")


class DayNotSealed(WalletError):
    code = "day_not_sealed"
    status = 409
    message = _(
        "Transfer ini dibukukan pada %(day)s, dan hari itu belum disegel. Buktinya ada sesudah segel dibuat: besok,"
        " atau dengan manage.py ledger seal."
    )


class SealDiffers(WalletError):
    """The transfer, or others of its day, are not what was sealed: nothing can be proved from them."""

    code = "seal_differs"
    status = 409
    message = _("Transfer hari %(day)s tidak sama dengan segelnya. Jalankan manage.py ledger verify.")


class FrozenNotPooled(WalletError):
    """What is in it was stopped for a reason; in another wallet it would be free."""

    code = "frozen_not_pooled"
    status = 409
    message = _(
        "Dompet orang yang digabung sedang dibekukan. Selesaikan dahulu alasannya, buka dompetnya, lalu ulangi."
    )


class PursesGone(WalletError):
    """The purses went on to somebody else, or the wallet they came from has ended."""

    code = "purses_gone"
    status = 409
    message = _(
        "Kantong yang dahulu dipindah sudah diwariskan, atau dompet asalnya sudah ditutup. Tidak dapat dipisahkan."
    )


class MoneyMoved(WalletError):
    """Since then the money was spent, paid in or is held: nobody can say any more whose it was."""

    code = "money_moved"
    status = 409
    message = _(
        "Sesudah digabung, uang dari kantong itu sudah dibelanjakan, disetor, atau ditahan pedagang. Tidak dapat dipisahkan."
    )


class MerchantInactive(WalletError):
    """Approved and not yet at work, or closed: for payments it is no merchant."""

    code = "merchant_inactive"
    status = 404
    message = _("Pedagang ini belum aktif atau sudah ditutup.")


class MerchantLimitExceeded(WalletError):
    """With what it took today and this month, more than the merchant may take; how much that is, its contract says."""

    code = "merchant_limit_exceeded"
    status = 403
    message = _(
        "Jumlah ini melewati batas pedagang: sekali bayar, sehari, atau sebulan. Bayar lebih sedikit, atau di pedagang lain."
    )


class TerminalUnknown(WalletError):
    code = "terminal_unknown"
    status = 404
    message = _("Terminal itu tidak terdaftar atau tidak aktif pada pedagang ini.")


class ItemsMissing(WalletError):
    """The aid may only be spent on goods that the till names."""

    code = "items_missing"
    message = _("Bantuan ini hanya untuk barang tertentu. Kirim daftar barang di %(item)s.")


class ItemBanned(WalletError):
    """`item` is the good's name, as the till sent it."""

    code = "item_banned"
    status = 403
    message = _("%(item)s tidak boleh dibeli dengan bantuan ini.")


class ItemNotAllowed(WalletError):
    code = "item_not_allowed"
    status = 403
    message = _("%(item)s bukan barang yang boleh dibeli dengan bantuan ini.")


class ItemTooDear(WalletError):
    code = "item_too_dear"
    status = 403
    message = _("Harga satuan %(item)s melebihi harga tertinggi yang ditetapkan.")


class BasketDiffers(WalletError):
    """What the goods cost together is not what is asked for. Rupiah."""

    code = "basket_differs"
    message = _("Jumlah harga barang, Rp %(sum)s, tidak sama dengan jumlah belanja, Rp %(amount)s.")
