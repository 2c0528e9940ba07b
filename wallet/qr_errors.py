"""What can go wrong with codes, the merchants' and the customers' six digits: part of the family of `wallet.errors`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wallet.errors import ItemsMissing, WalletError


class DigitGuessesExceeded(WalletError):
    """Too many six digits that spoke for nothing came from there; the answer is the same for right ones."""

    code = "digit_guesses_exceeded"
    status = 429
    message = _("Terlalu banyak kode enam angka yang salah. Pindai kode QR pembeli, atau coba lagi setelah %(until)s.")


class DigitsExhausted(WalletError):
    code = "digits_exhausted"
    status = 503
    message = _("Kode enam angka sedang habis. Pakai kode QR, atau coba lagi sebentar lagi.")


class QrNotOurs(WalletError):
    """A well-formed QRIS code of a merchant whom another acquirer serves."""

    code = "qr_not_ours"
    status = 404
    message = _("Kode QR ini milik penyelenggara lain. Uang di dompet ini hanya dapat dipakai di pedagang kami.")


class QrUnknown(WalletError):
    """Ours by its looks, but no merchant or no code of ours, or not as we made it."""

    code = "qr_unknown"
    status = 404
    message = _("Kode QR ini tidak dikenal. Minta pedagang menampilkan kode QR yang baru.")


class QrPaid(WalletError):
    code = "qr_paid"
    status = 409
    message = _("Kode QR ini sudah dibayar. Minta pedagang membuat kode QR baru.")


class QrCancelled(WalletError):
    code = "qr_cancelled"
    status = 409
    message = _("Kode QR ini sudah dibatalkan pedagang. Minta kode QR baru.")


class QrExpired(WalletError):
    code = "qr_expired"
    status = 403
    message = _("Kode QR ini sudah kedaluwarsa. Minta pedagang membuat kode QR baru.")


class AmountMissing(WalletError):
    """The merchant's code names no amount, so the payer has to."""

    code = "amount_missing"
    message = _("Kode QR ini tanpa jumlah. Isi jumlah yang dibayar.")


class AmountDiffers(WalletError):
    """The merchant's code names another amount."""

    code = "amount_differs"
    status = 409
    message = _("Jumlahnya tidak sama dengan yang diminta pedagang. Pindai lagi kode QR-nya.")


class GoodsUntold(ItemsMissing):
    """As its parent says, to whoever pays at a merchant's code: only the merchant can tell the goods."""

    status = 403
    message = _(
        "Bantuan ini hanya untuk barang tertentu, dan kode QR ini tidak menyebut barangnya. Tunjukkan kode bayar Anda kepada"
        " kasir."
    )


class SurchargeRefused(WalletError):
    """Buying with aid costs the buyer nothing on top."""

    code = "surcharge_refused"
    status = 403
    message = _("Biaya tambahan tidak boleh dibebankan kepada pembeli. Kirim feeAmount 0.00.")


class TipRefused(WalletError):
    """The scanned code adds a tip that nobody asks the buyer about."""

    code = "tip_refused"
    status = 403
    message = _("Kode QR ini menambahkan tip atau biaya. Minta pedagang menunjukkan kode tanpa tip.")


class CancelNotPossible(WalletError):
    """A payment is cancelled whole, on the day it was made, and only if nothing of it came back yet."""

    code = "cancel_not_possible"
    status = 409
    message = _("Belanja hanya dapat dibatalkan utuh pada hari yang sama. Pakai pengembalian dana.")


class NotRegisteredForQris(WalletError):
    code = "not_registered_for_qris"
    status = 409
    message = _("Pedagang ini belum punya NMID. Isi pendaftaran QRIS-nya dahulu.")
