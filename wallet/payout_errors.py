"""What can go wrong with pay-out files and the bank's answers: the wallet's family. `data` names lines and elements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class PayoutError(WalletError):
    """Base of what has to do with files to and from the bank."""

    code = "payout"


class NothingToPay(PayoutError):
    code = "nothing_to_pay"
    status = 409
    message = _("Tidak ada penyelesaian yang menunggu dibayar.")


class PayerUnknown(PayoutError):
    """The account that the bank takes the money from is configured, never typed."""

    code = "payer_unknown"
    status = 409
    message = _(
        "Rekening pembayar belum diatur. Isi SETTLEMENT_PAYER_NAME, SETTLEMENT_PAYER_BANK, SETTLEMENT_PAYER_ACCOUNT."
    )


class PayoutFileMoved(PayoutError):
    code = "payout_file_moved"
    status = 409
    message = _("Berkas ini sudah dikirim atau ditarik. Muat ulang halaman.")


class OwnPayoutFile(PayoutError):
    """The database would refuse it too."""

    code = "own_payout_file"
    status = 403
    message = _("Berkas yang Anda buat dikirim oleh petugas lain.")


class PayoutFileNotSent(PayoutError):
    code = "payout_file_not_sent"
    status = 409
    message = _("Berkas diunduh sesudah petugas lain menyetujui pengirimannya.")


class PayoutFileDiffers(PayoutError):
    """Its rows say something else than when it was made: nothing goes to a bank that nobody agreed to."""

    code = "payout_file_differs"
    status = 409
    message = _("Isi berkas ini tidak sama lagi dengan saat dibuat. Jangan kirim; tarik berkasnya dan buat yang baru.")


class PayoutFileWithheld(PayoutError):
    """Placed after the file was made."""

    code = "payout_file_withheld"
    status = 409
    message = _(
        "Penyelesaian %(merchants)s ditahan karena dugaan kecurangan. Tarik berkasnya dan buat yang baru tanpa itu."
    )


class ReturnTakesTwo(PayoutError):
    code = "return_takes_two"
    status = 409
    message = _("Bank mungkin sudah membayarnya. Usulkan pengembaliannya dengan bukti; petugas lain menyetujui.")


class EvidenceMissing(PayoutError):
    code = "evidence_missing"
    message = _("Tulis buktinya, misalnya nomor mutasi bank.")


class SettlementReturnedBefore(PayoutError):
    code = "settlement_returned_before"
    status = 409
    message = _("Bank sudah mengembalikan penyelesaian ini.")


class AnswerFileKnown(PayoutError):
    code = "answer_file_known"
    status = 409
    message = _("Berkas ini sudah diunggah sebagai jawaban bank #%(known)s. Tidak ada yang berubah.")


class AnswerFileTooLarge(PayoutError):
    code = "answer_file_too_large"
    message = _("Berkas lebih besar dari %(limit)s MB. Minta bank memecahnya per hari.")


class AnswerFileUnreadable(PayoutError):
    """`line` is where the reader stopped."""

    code = "answer_file_unreadable"
    message = _(
        "Berkas tidak dapat dibaca mulai baris %(line)s. Unduh lagi dari bank tanpa mengubahnya, lalu unggah ulang."
    )


class AnswerFileUnsafe(PayoutError):
    """A DTD or entities: no answer of a bank needs them."""

    code = "answer_file_unsafe"
    message = _("Berkas memuat DTD atau entitas XML, yang dapat berbahaya. Minta berkas asli dari bank.")


class AnswerFileForeign(PayoutError):
    code = "answer_file_foreign"
    message = _("Berkas ini bukan pain.002 dan bukan CSV dengan kolom reference, status, amount, reason.")


class AnswerFileEmpty(PayoutError):
    code = "answer_file_empty"
    message = _("Tidak ada jawaban di berkas ini.")


class AnswerFileUnknown(PayoutError):
    """It rejects a whole file by a message id that no sent file of ours has."""

    code = "answer_file_unknown"
    message = _("Jawaban ini menolak berkas %(reference)s, dan tidak ada berkas terkirim dengan nomor itu.")


class AnswerNotOpen(PayoutError):
    code = "answer_not_open"
    status = 409
    message = _("Jawaban ini sudah diterapkan atau diperiksa. Muat ulang halaman.")


class AnswerWrong(PayoutError):
    """`element` of the answer on that line is not what it should be."""

    code = "answer_wrong"
    message = _("Baris %(line)s: %(element)s harus %(must)s.")
