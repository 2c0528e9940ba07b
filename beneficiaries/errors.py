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


class FileIsWorkbook(RegistryFileError):
    code = "file_is_workbook"
    message = _("Ini berkas Excel, bukan CSV. Di Excel pilih Simpan Sebagai, lalu CSV UTF-8.")


class NotUtf8(RegistryFileError):
    code = "not_utf8"
    message = _("Baris %(line)s, byte ke-%(byte)s: bukan UTF-8. Simpan ulang berkas sebagai CSV UTF-8.")


class WrongDelimiter(RegistryFileError):
    code = "wrong_delimiter"
    message = _("Kolom dipisah dengan %(found)s, seharusnya koma. Simpan ulang dengan koma sebagai pemisah.")


class LineTooLong(RegistryFileError):
    code = "line_too_long"
    message = _("Baris %(line)s lebih panjang dari %(limit)s byte. Periksa baris itu; mungkin ganti barisnya hilang.")


class ColumnsMissing(RegistryFileError):
    code = "columns_missing"
    message = _("Baris 1: kolom %(columns)s tidak ada. Judul kolom harus tepat: %(expected)s")


class ColumnsUnknown(RegistryFileError):
    code = "columns_unknown"
    message = _("Baris 1: kolom %(columns)s tidak dikenal. Judul kolom harus tepat: %(expected)s")


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


class DecisionReasonMissing(BeneficiaryError):
    code = "decision_reason_missing"
    message = _("Isi alasannya dahulu.")


class PairDecided(BeneficiaryError):
    """Another officer was faster."""

    code = "pair_decided"
    message = _("Pasangan ini sudah diputuskan (%(status)s). Muat ulang halaman.")


class PersonNotActive(BeneficiaryError):
    """Only two active rows are joined: who was merged, left or died is not the row that aid goes to."""

    code = "person_not_active"
    message = _("Salah satu dari keduanya tidak aktif lagi. Muat ulang halaman.")


class SurvivorNotOfPair(BeneficiaryError):
    code = "survivor_not_of_pair"
    message = _("Yang tetap harus salah satu dari pasangan ini.")


class MergeUndone(BeneficiaryError):
    code = "merge_undone"
    message = _("Penggabungan ini sudah dipisahkan. Muat ulang halaman.")


class SurvivorMerged(BeneficiaryError):
    """Merges are undone in the order opposite to that in which they were made."""

    code = "survivor_merged"
    message = _("Orang yang tetap sudah digabung ke orang lain. Pisahkan penggabungan itu dahulu.")


class MergeRefused(BeneficiaryError):
    """Whoever keeps the aid of both says no; `said` is why, and nothing was changed."""

    code = "merge_refused"
    message = "%(said)s"
