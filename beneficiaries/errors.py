"""What can go wrong with the registry, as one family: a code for programs, a sentence that says what to do next."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from beneficiaries.refusals import Refusal


class BeneficiaryError(Exception):
    """Base of the family. `data` fills the placeholders of `message`; it never holds personal data."""

    code = "beneficiary_error"
    message: Any = _("Permintaan tidak dapat diproses.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        return str(self.message) % self.data


class FieldRefused(BeneficiaryError):
    """One value cannot be what its field says. `refusal` names the field, the reason and the remedy."""

    code = "field_refused"

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(field=refusal.field, refusal=refusal.code)

    def __str__(self) -> str:
        return f"{self.refusal.field}: {self.refusal.reason} {self.refusal.remedy}"


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


class FileChanged(RegistryFileError):
    """The bytes read first and the bytes read again for the errors file are not the same."""

    code = "file_changed"
    message = _(
        "Berkas berubah selama dibaca, jadi tidak ada yang disimpan. Tunggu sampai selesai disalin, lalu ulangi."
    )


class RegistryChanged(BeneficiaryError):
    """Something else wrote the same households or people while the import ran; the import wrote nothing."""

    code = "registry_changed"
    message = _("Registri diubah proses lain selama impor, jadi tidak ada yang disimpan. Ulangi impornya.")


class ImportRefused(BeneficiaryError):
    """The database refused the import and all of it was rolled back. `cause` names the error or the constraint only:
    the database's own words quote the row, and a row is personal data."""

    code = "import_refused"
    message = _("Basis data menolak impor (%(cause)s), jadi tidak ada yang disimpan. Laporkan ke pengelola sistem.")
