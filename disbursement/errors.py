"""What can go wrong while paying aid, as one family: a code for programs, a sentence for officers, data for both."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class DisbursementError(Exception):
    """Base of the family. `data` fills the placeholders of `message`."""

    code = "disbursement_error"
    message: Any = _("Permintaan tidak dapat diproses.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        return str(self.message) % self.data


class InvalidRule(DisbursementError):
    code = "invalid_rule"
    message = _("Syarat tidak dapat dibaca: %(reason)s. Contoh: person.age >= 60 && household.decile <= 4")


class NoVersion(DisbursementError):
    """No version of the programme is in force on the day."""

    code = "no_version"
    message = _(
        "Program %(programme)s belum punya versi yang berlaku pada %(day)s. Berlakukan versi yang mulai pada atau sebelum "
        "hari itu."
    )


class VersionInForce(DisbursementError):
    """What is in force never changes."""

    code = "version_in_force"
    message = _("Versi ini sudah berlaku dan tidak dapat diubah. Buat versi berikutnya.")


class VersionBroken(DisbursementError):
    """The version cannot be put into force as it is."""

    code = "version_broken"
    message = _("Versi ini belum lengkap: %(reason)s")
    NO_COMPONENT = _("tambahkan paling sedikit satu komponen.")
    NO_CASH_TERMS = _("ada komponen berbatas tunai; isi aturan kantong tunai.")
    CASH_TERMS_WITHOUT_CASH = _("aturan kantong tunai tidak membolehkan tarik tunai; pilih aturan yang membolehkannya.")


class ProgrammeFileBroken(DisbursementError):
    """A file of programmes cannot be read, or says something that cannot be."""

    code = "programme_file_broken"
    message = _("Berkas program tidak dapat dimuat. Perbaiki %(where)s: %(reason)s")


class ProgrammeInactive(DisbursementError):
    code = "programme_inactive"
    message = _("Program ini tidak aktif. Aktifkan dahulu, lalu ulangi.")


class NowhereToLapse(DisbursementError):
    """Money with an end, and no fund to return to: it could be neither spent nor returned."""

    code = "nowhere_to_lapse"
    message = _("Kantong program ini berbatas waktu, tetapi sisanya tidak kembali ke mana pun. Isi tujuan sisanya.")


class NothingToPay(DisbursementError):
    code = "nothing_to_pay"
    message = _("Tidak ada peserta yang belum dibayar pada periode ini.")


class FillingKeptFailing(DisbursementError):
    """A draft that workers began to fill so often, and none came to the end."""

    code = "filling_kept_failing"
    message = _("Batch %(attempts)s kali gagal diisi. Laporkan kepada pengelola sistem, lalu siapkan lagi.")


class PreflightMissing(DisbursementError):
    """Lines are left out by what the pre-flight check found, so it has to have found it."""

    code = "preflight_missing"
    message = _("Pemeriksaan awal belum selesai. Jalankan pemeriksaan awal, tunggu hasilnya, lalu ulangi.")


class PayAtPast(DisbursementError):
    """Only a moment to come can be waited for."""

    code = "pay_at_past"
    message = _("Waktu mulai bayar sudah lewat. Isi waktu yang akan datang, atau kosongkan untuk membayar segera.")


class WrongStatus(DisbursementError):
    code = "wrong_status"
    message = _("Batch berstatus %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class NotPaid(DisbursementError):
    """Only what was paid can be taken back."""

    code = "not_paid"
    message = _("Instruksi berstatus %(status)s; hanya yang sudah dibayar dapat ditarik kembali.")


class AlreadySpent(DisbursementError):
    """The purse holds less than was paid into it, or some of it is held by a merchant."""

    code = "already_spent"
    message = _("Bantuan ini sudah dipakai atau sedang ditahan, seluruhnya atau sebagian: tidak dapat ditarik kembali.")


class ApproverIsMaker(DisbursementError):
    code = "approver_is_maker"
    message = _("Batch harus disetujui orang lain, bukan yang mengajukannya.")


class ContentChanged(DisbursementError):
    """The instructions are not those that were submitted, or not those that the approver saw."""

    code = "content_changed"
    message = _("Isi batch berbeda dari yang diajukan. Batalkan batch ini dan siapkan yang baru.")
