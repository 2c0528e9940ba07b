"""What can go wrong with a debit order, in the family of wallet.errors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class DebitUnknown(WalletError):
    code = "debit_unknown"
    status = 404
    message = _("Pesanan dengan nomor itu tidak ditemukan.")


class DebitEnded(WalletError):
    """It was paid, or has failed: what was asked for is no longer possible."""

    code = "debit_ended"
    status = 409
    message = _("Pesanan ini sudah selesai. Periksa statusnya, lalu buat pesanan baru bila perlu.")


class DebitPartlyRefunded(WalletError):
    """Some of the money went back: an order is cancelled whole or not at all."""

    code = "debit_partly_refunded"
    status = 409
    message = _(
        "Sebagian dana pesanan ini sudah dikembalikan, jadi tidak dapat dibatalkan. Pakai pengembalian dana untuk sisanya."
    )


class DebitCancelled(WalletError):
    code = "debit_cancelled"
    status = 409
    message = _("Pesanan ini sudah dibatalkan. Buat pesanan baru.")


class DebitExpired(WalletError):
    code = "debit_expired"
    status = 403
    message = _("Waktu pesanan ini sudah habis. Buat pesanan baru.")


class PayerRefused(WalletError):
    """Phone, birth date and PIN are not of one holder who may pay; which of them is wrong is told to nobody."""

    code = "payer_refused"
    status = 403
    message = _(
        "Nomor telepon dan PIN tidak cocok, atau PIN sedang terkunci. Bila nomor dipakai beberapa orang, isi juga tanggal"
        " lahir. Sesudah %(attempts)s kali salah, PIN tidak diterima di halaman seperti ini selama %(minutes)s menit, dan lebih"
        " lama bila berulang; kode bayar tetap dapat dipakai."
    )


class PagePinsStopped(WalletError):
    """Too many PINs were tried at one partner's orders, or from one address; whose they were is nobody's to know."""

    code = "page_pins_stopped"
    status = 403
    message = _(
        "Terlalu banyak PIN salah dari sini. Pembayaran dengan PIN ditutup sampai %(until)s. Pakai kode bayar sekali pakai."
    )


class PinNotEnough(WalletError):
    """A telephone number and a PIN are something one knows; for more money it takes a code from something one has."""

    code = "pin_not_enough"
    status = 403
    message = _(
        "Dengan PIN dapat dibayar paling banyak %(limit)s per pesanan. Untuk jumlah ini pakai kode bayar sekali pakai."
    )


class DigitsNotTaken(WalletError):
    """Six digits are few, and said to a till that answers for its guesses; a page answers for none."""

    code = "digits_not_taken"
    message = _("Enam angka hanya untuk kasir. Di halaman ini pakai kode bayar yang panjang (26 huruf dan angka).")
