"""What can go wrong with merchants, their applications and documents: the wallet's family."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class MerchantMoved(WalletError):
    """Somebody else, or its time, was faster."""

    code = "merchant_moved"
    status = 409
    message = _("Status pedagang sudah berubah. Muat ulang halaman.")


class MerchantIncomplete(WalletError):
    code = "merchant_incomplete"
    status = 409
    message = _("Belum dapat diaktifkan, belum ada: %(missing)s.")


class AccountWithoutBank(WalletError):
    code = "account_without_bank"
    message = _("Isi kode bank dan nomor rekening bersama.")


class MerchantHasHolds(WalletError):
    code = "merchant_has_holds"
    status = 409
    message = _("Masih ada %(count)s penahanan di pedagang ini. Tagih atau batalkan dahulu.")


class SuspensionInPast(WalletError):
    code = "suspension_in_past"
    message = _("Batas waktu penangguhan harus sesudah sekarang.")


class ApplicationMoved(WalletError):
    code = "application_moved"
    status = 409
    message = _("Pengajuan ini sudah diajukan atau diputuskan. Muat ulang halaman.")


class ApplicationIncomplete(WalletError):
    code = "application_incomplete"
    status = 409
    message = _("Pengajuan belum lengkap. Yang kurang: %(missing)s.")


class OwnApplication(WalletError):
    """The database would refuse it too."""

    code = "own_application"
    status = 403
    message = _("Pengajuan yang Anda tulis atau ajukan diputuskan oleh petugas lain.")


class MerchantIdTaken(WalletError):
    code = "merchant_id_taken"
    status = 409
    message = _("Id pedagang atau NMID itu sudah dipakai pedagang lain. Kembalikan pengajuannya untuk diperbaiki.")


class DocumentUnfit(WalletError):
    code = "document_unfit"
    message = _("Berkas harus PDF, JPEG, atau PNG, paling besar %(limit)s MB.")


class DocumentErased(WalletError):
    code = "document_erased"
    status = 410
    message = _("Isi dokumen ini sudah dihapus karena masa simpannya berakhir.")
