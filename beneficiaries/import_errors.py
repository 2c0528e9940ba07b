"""What can go wrong with a file of the registry, with saving it and with taking it back, in the registry's family of errors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beneficiaries.errors import BeneficiaryError


class RegistryFileError(BeneficiaryError):
    """The file as a whole cannot be read, and nothing of it was written."""

    code = "registry_file"
    message = _("Berkas tidak dapat dibaca.")


class FileNotReadable(RegistryFileError):
    code = "file_not_readable"
    message = _("Berkas %(name)s tidak dapat dibuka (%(cause)s). Periksa nama dan izinnya; harus berkas biasa.")


class FileEmpty(RegistryFileError):
    code = "file_empty"
    message = _("Berkas kosong. Baris pertama harus judul kolom: %(expected)s")


class FileIsOldWorkbook(RegistryFileError):
    code = "file_is_old_workbook"
    message = _(
        "Ini lembar kerja berformat lama atau bukan Excel (.xls, .xlsb, .ods). Buka di Excel, pilih Simpan Sebagai, lalu "
        "Buku Kerja Excel (.xlsx) atau CSV UTF-8."
    )


class WorkbookEncrypted(RegistryFileError):
    code = "workbook_encrypted"
    message = _(
        "Berkas Excel ini berkata sandi. Di Excel hapus kata sandinya (Info, Proteksi Buku Kerja), lalu simpan ulang."
    )


class WorkbookBroken(RegistryFileError):
    """`part` is the name of a part of the workbook's format, never its contents."""

    code = "workbook_broken"
    message = _("Berkas Excel rusak (%(part)s). Buka di Excel, simpan ulang sebagai .xlsx, lalu ulangi.")


class WorkbookTooLarge(RegistryFileError):
    """It unpacks to more than is read, or to far more than it is: what a workbook made to exhaust the memory does."""

    code = "workbook_too_large"
    message = _(
        "Isi berkas Excel ini terlalu besar (%(part)s). Simpan sebagai CSV UTF-8, atau pecah menjadi beberapa berkas."
    )


class SheetMissing(RegistryFileError):
    code = "sheet_missing"
    message = _("Lembar %(sheet)s tidak ada. Lembar yang ada: %(sheets)s.")


class SheetsAmbiguous(RegistryFileError):
    code = "sheets_ambiguous"
    message = _("Lebih dari satu lembar berisi data: %(sheets)s. Sebutkan lembarnya, atau hapus yang lain.")


class NoSheets(RegistryFileError):
    code = "no_sheets"
    message = _("Berkas CSV tidak punya lembar. Kosongkan nama lembarnya.")


class CellsMerged(RegistryFileError):
    code = "cells_merged"
    message = _(
        "Ada sel yang digabung (%(range)s). Pilih seluruh lembar, matikan Gabung Sel (Merge & Center), isi sel yang menjadi "
        "kosong, lalu simpan ulang. Judul kolom harus satu baris."
    )


class NotUtf8(RegistryFileError):
    code = "not_utf8"
    message = _("Baris %(line)s, byte ke-%(byte)s: bukan UTF-8. Simpan ulang berkas sebagai CSV UTF-8.")


class Utf16WithoutBom(RegistryFileError):
    code = "utf16_without_bom"
    message = _("Berkas ini UTF-16 tanpa tanda BOM, atau bukan teks. Simpan ulang berkas sebagai CSV UTF-8.")


class LineTooLong(RegistryFileError):
    code = "line_too_long"
    message = _("Baris %(line)s lebih panjang dari %(limit)s byte. Periksa baris itu; mungkin ganti barisnya hilang.")


class ColumnsMissing(RegistryFileError):
    code = "columns_missing"
    message = _("Baris 1: kolom %(columns)s tidak ada. Kolom yang wajib: %(expected)s")


class ColumnsUnknown(RegistryFileError):
    code = "columns_unknown"
    message = _(
        "Baris 1: kolom %(columns)s tidak dikenal. Kolom yang dikenal: %(expected)s. Ganti judulnya, atau tentukan artinya "
        "dalam pemetaan kolom sumber ini."
    )


class ColumnsDoubled(RegistryFileError):
    code = "columns_doubled"
    message = _("Baris 1: kolom %(columns)s ada lebih dari satu. Hapus yang berlebih.")


class ErrorsFileNotWritable(RegistryFileError):
    code = "errors_file_not_writable"
    message = _("Berkas kesalahan %(name)s tidak dapat ditulis (%(cause)s). Pilih tempat lain dengan --errors.")


class ErrorsFileIsSource(RegistryFileError):
    code = "errors_file_is_source"
    message = _("Berkas kesalahan akan menimpa berkas yang diimpor. Pilih nama lain dengan --errors.")


class RegistryChanged(BeneficiaryError):
    """Something else wrote the same households or people while the import ran; the import wrote nothing."""

    code = "registry_changed"
    message = _("Registri diubah proses lain selama impor, jadi tidak ada yang disimpan. Ulangi impornya.")


class ImportRefused(BeneficiaryError):
    """The database refused the import and all of it was rolled back. `cause` names the error or the constraint only:
    the database's own words quote the row, and a row is personal data."""

    code = "import_refused"
    message = _("Basis data menolak impor (%(cause)s), jadi tidak ada yang disimpan. Laporkan ke pengelola sistem.")


class UploadTooLarge(RegistryFileError):
    code = "upload_too_large"
    message = _("Berkas lebih besar dari %(limit)s MB. Bagi menjadi beberapa berkas, atau impor lewat baris perintah.")


class UploadGone(RegistryFileError):
    code = "upload_gone"
    message = _("Berkas impor ini sudah dihapus sesuai masa simpannya. Unggah lagi berkasnya.")


class SourceMissing(BeneficiaryError):
    """A complete file makes people of its source leave, so it must say which one that is."""

    code = "source_missing"
    message = _("Berkas lengkap harus menyebut sumbernya. Isi sumbernya, misalnya DTSEN.")


class ImportMoved(BeneficiaryError):
    """The import is in another state than the step needs: somebody else was faster, or the page is old."""

    code = "import_moved"
    message = _("Langkah ini tidak dapat diambil: status impor bukan lagi “%(state)s”. Muat ulang halaman.")


class EvidenceImportEnded(BeneficiaryError):
    """A file of evidence that was read, or failed, or was cancelled cannot be cancelled any more."""

    code = "evidence_import_ended"
    message = _(
        "Impor ini tidak dapat dibatalkan lagi: statusnya “%(state)s”. Bila sudah selesai, semua baris yang benar tersimpan;"
        " catat bantahan atas bukti yang keliru."
    )


class AnotherImportCommits(BeneficiaryError):
    code = "another_import_commits"
    message = _("Impor lain sedang disimpan. Tunggu sampai selesai, lalu ulangi.")


class MakerCommits(BeneficiaryError):
    code = "maker_commits"
    message = _("Berkas lengkap disimpan oleh orang lain, bukan oleh yang mengunggahnya.")


class LeavingNotConfirmed(BeneficiaryError):
    """More people leave than a file can make leave without somebody saying that it is right."""

    code = "leaving_not_confirmed"
    message = _(
        "%(left)s dari %(of)s orang sumber ini keluar (%(share)s %%), lebih dari batas %(limit)s %%. Periksa daftarnya: "
        "mungkin berkasnya terpotong. Bila memang benar, nyatakan dengan tegas."
    )


class PreviewOutdated(RegistryChanged):
    """The registry has moved since the preview, and saving would not do what was previewed."""

    code = "preview_outdated"
    message = _(
        "Registri berubah sejak pratinjau (%(rows)s baris akan berakhir lain), jadi tidak ada yang disimpan. "
        "Periksa ulang berkasnya, lalu lihat pratinjau yang baru."
    )


class PreviewReplaced(BeneficiaryError):
    """Somebody had the file looked at again since the officer opened the page."""

    code = "preview_replaced"
    message = _("Pratinjau yang Anda lihat sudah diganti dengan yang lebih baru. Lihat yang baru dulu.")


class ImportCancelled(BeneficiaryError):
    code = "import_cancelled"
    message = _("Impor dibatalkan, jadi tidak ada yang disimpan.")


class ImportKeptDying(BeneficiaryError):
    """The worker was lost again and again at the same import: whatever kills it would kill the next one too."""

    code = "import_kept_dying"
    message = _("Pekerja latar berhenti %(attempts)s kali pada impor ini. Laporkan ke pengelola sistem, lalu ulangi.")


class UndoRefused(BeneficiaryError):
    """The import cannot be taken back; the family's codes say why, and each says how many stand in the way."""

    code = "undo_refused"
    message = _("Impor tidak dapat diurungkan.")


class ChangedSince(UndoRefused):
    code = "changed_since"
    message = _(
        "%(count)s orang atau keluarga dari impor ini diubah lagi sesudahnya, jadi impor tidak dapat diurungkan."
    )


class ConfirmedSince(UndoRefused):
    """A later import said the same: taken back, its word would go with this one's."""

    code = "confirmed_since"
    message = _(
        "%(count)s orang atau keluarga dari impor ini dibenarkan oleh impor #%(number)s (%(file)s) sesudahnya. Urungkan "
        "impor itu dahulu, bila isinya memang salah juga."
    )


class UsedSince(UndoRefused):
    """Programmes have come to rely on people of the import. `reason` is in the programmes' words."""

    code = "used_since"
    message = _("%(count)s orang dari impor ini %(reason)s, jadi impor tidak dapat diurungkan.")


class StillReferred(UndoRefused):
    code = "still_referred"
    message = _(
        "Orang atau keluarga yang ditambahkan impor ini sudah dirujuk data lain (%(cause)s), jadi impor tidak dapat "
        "diurungkan."
    )


class HistoryDropped(UndoRefused):
    code = "history_dropped"
    message = _(
        "Isi riwayat perubahan dari impor ini sudah dihapus karena masa simpannya habis, jadi tidak dapat diurungkan."
    )


class HistoryMissing(UndoRefused):
    code = "history_missing"
    message = _("Impor ini dibuat sebelum riwayat perubahan dicatat, jadi tidak dapat diurungkan.")
