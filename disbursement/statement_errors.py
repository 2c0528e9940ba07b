"""What can go wrong with a statement, with the breaks it brings up and with what beneficiaries say: disbursement's family.

`data` names lines, elements and numbers, never what a line says of people.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from disbursement.errors import DisbursementError


class StatementError(DisbursementError):
    """The file cannot be taken in, and nothing of it was."""

    code = "statement"


class FileKnown(StatementError):
    """The very same file: a statement imported twice changes nothing."""

    code = "statement_file_known"
    message = _("Berkas ini sudah diunggah sebagai rekening koran #%(known)s. Tidak ada yang berubah.")


class NumberKnown(StatementError):
    """Another file of a statement that is there already."""

    code = "statement_number_known"
    message = _(
        "Rekening koran nomor %(number)s sudah ada (#%(known)s), dari berkas lain. Tidak ada yang berubah. Bila bank "
        "mengirim perbaikan, minta nomor baru; bila #%(known)s keliru dan belum dibukukan, batalkan dahulu."
    )


class FileTooLarge(StatementError):
    code = "statement_file_too_large"
    message = _("Berkas lebih besar dari %(limit)s MB. Minta bank memecahnya per hari.")


class FileUnreadable(StatementError):
    """`line` is where the reader stopped."""

    code = "statement_file_unreadable"
    message = _(
        "Berkas tidak dapat dibaca mulai baris %(line)s. Unduh lagi dari bank tanpa mengubahnya, lalu unggah ulang."
    )


class FileUnsafe(StatementError):
    """A DTD, entities or references to elsewhere: no statement needs them."""

    code = "statement_file_unsafe"
    message = _(
        "Berkas memuat DTD atau entitas XML, yang tidak dipakai rekening koran mana pun dan dapat berbahaya. Minta berkas "
        "asli dari bank."
    )


class NotCamt053(StatementError):
    code = "statement_not_camt053"
    message = _(
        "Berkas ini bukan camt.053.001.02 atau .08 (tertulis: %(found)s). Minta bank mengirim salah satunya, atau unggah "
        "sebagai CSV."
    )


class ManyStatements(StatementError):
    code = "statement_many"
    message = _("Berkas memuat lebih dari satu rekening koran (baris %(line)s). Unggah satu berkas per rekening koran.")


class ElementMissing(StatementError):
    code = "statement_element_missing"
    message = _("Unsur %(element)s tidak ada (baris %(line)s). Minta bank melengkapinya.")


class ElementWrong(StatementError):
    """`must` is what the element has to look like."""

    code = "statement_element_wrong"
    message = _("Unsur %(element)s pada baris %(line)s keliru: harus %(must)s. Minta bank membetulkannya.")


class TooDeep(StatementError):
    code = "statement_too_deep"
    message = _("Susunan XML terlalu dalam atau teksnya terlalu panjang (baris %(line)s). Minta berkas asli dari bank.")


class ColumnsMissing(StatementError):
    code = "statement_columns_missing"
    message = _("Kolom tidak ada: %(missing)s. Baris pertama harus memuat judul kolom: %(expected)s.")


class CellWrong(StatementError):
    code = "statement_cell_wrong"
    message = _("Baris %(line)s, kolom %(column)s keliru: harus %(must)s. Betulkan sel itu, lalu unggah lagi.")


class OtherAccount(StatementError):
    """The end of what the file names is told: enough to see which it is."""

    code = "statement_other_account"
    message = _("Berkas ini untuk rekening lain (berakhiran %(found)s). Pilih rekening yang benar, lalu unggah lagi.")


class NotRupiah(StatementError):
    code = "statement_not_rupiah"
    message = _("Mata uang pada baris %(line)s bukan IDR. Hanya rekening rupiah yang dicocokkan.")


class DoesNotAddUp(StatementError):
    code = "statement_does_not_add_up"
    message = _(
        "Saldo awal %(opening)s ditambah mutasi %(moved)s tidak sama dengan saldo akhir %(closing)s. Berkasnya tidak lengkap; "
        "unduh lagi dari bank, atau periksa saldo yang Anda isi."
    )


class BatchDoesNotAddUp(StatementError):
    code = "statement_batch_does_not_add_up"
    message = _(
        "Rincian mutasi pada baris %(line)s berjumlah %(details)s, padahal mutasinya %(total)s. Minta bank membetulkannya."
    )


class OutsidePeriod(StatementError):
    code = "statement_outside_period"
    message = _("Mutasi pada baris %(line)s bertanggal di luar masa rekening koran. Periksa tanggal dari dan sampai.")


class StatementEmpty(StatementError):
    code = "statement_empty"
    message = _("Tidak ada mutasi dan tidak ada saldo di berkas ini. Pilih berkas yang benar.")


class KeptDying(StatementError):
    code = "statement_kept_dying"
    message = _("Pembacaan berkas ini terhenti %(attempts)s kali. Laporkan kepada pengelola sistem.")


class StatementMoved(StatementError):
    code = "statement_moved"
    message = _("Rekening koran ini berstatus %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class LookAgain(StatementError):
    """What its preview warned of is not what there is to be seen now: booking it is asked for again."""

    code = "statement_look_again"
    message = _(
        "Yang perlu dilihat berubah sejak berkas ini dibaca. Baca peringatannya, lalu bukukan lagi bila memang benar."
    )


class AccountInactive(StatementError):
    code = "statement_account_inactive"
    message = _("Rekening ini tidak aktif. Aktifkan dahulu, lalu unggah lagi.")


class EndTooEarly(DisbursementError):
    """Days that a booked statement covers were compared, and stay so."""

    code = "statement_account_end_too_early"
    message = _("Rekening koran sudah dibukukan sampai %(until)s. Pilih tanggal itu atau sesudahnya.")


class EndBeforeStart(DisbursementError):
    code = "statement_account_end_before_start"
    message = _("Rekening ini dicocokkan sejak %(since)s. Pilih tanggal itu atau sesudahnya.")


class EndMoved(DisbursementError):
    code = "statement_account_end_moved"
    message = _("Pengakhiran rekening ini tidak lagi seperti yang Anda lihat. Muat ulang halaman.")


class EndIsOwn(DisbursementError):
    code = "statement_account_end_is_own"
    message = _("Pengakhiran harus disetujui orang lain, bukan yang mengusulkannya.")


class BreakMoved(DisbursementError):
    code = "break_moved"
    message = _("Selisih ini berstatus %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class SecondLookIsOwn(DisbursementError):
    code = "break_second_look_is_own"
    message = _("Penyelesaian harus disetujui orang lain, bukan yang mengusulkannya.")


class NoteMissing(DisbursementError):
    code = "break_note_missing"
    message = _("Isi catatannya: apa yang Anda periksa, dan di mana buktinya.")


class OwnerUnfit(DisbursementError):
    code = "break_owner_unfit"
    message = _("Pilih petugas aktif yang boleh mengurus selisih.")


class NotPaidYet(DisbursementError):
    """Only a payment that was made can be confirmed."""

    code = "confirmation_not_paid"
    message = _("Bantuan ini berstatus %(status)s; hanya yang sudah dibayar dapat dikonfirmasi.")
