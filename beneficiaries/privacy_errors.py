"""What the rules of personal data refuse, in the registry's family of errors. None of them quotes a person's data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beneficiaries.errors import BeneficiaryError


class GuardianNeeded(BeneficiaryError):
    """A child's consent is given and withdrawn by a parent or guardian (UU 27/2022 art. 25)."""

    code = "guardian_needed"
    message = _("Belum berumur %(age)s tahun: isi orang tua atau wali yang menyatakannya.")


class GuardianNotAdult(BeneficiaryError):
    code = "guardian_not_adult"
    message = _("Wali harus orang lain yang sudah berumur %(age)s tahun dan masih ada di registri.")


class NotTheirGuardian(BeneficiaryError):
    """Neither a parent at home nor a guardian in force."""

    code = "not_their_guardian"
    message = _("Ia bukan orang tua di keluarga yang sama dan bukan wali yang disetujui. Usulkan walinya dahulu.")


class NothingToWithdraw(BeneficiaryError):
    code = "nothing_to_withdraw"
    message = _("Orang ini tidak sedang menyetujui tujuan itu, jadi tidak ada yang ditarik.")


class NotByConsent(BeneficiaryError):
    """The purpose rests on a law: nobody agrees to it, and nobody takes that back."""

    code = "not_by_consent"
    message = _(
        "Tujuan itu tidak berdasar persetujuan tetapi berdasar %(law)s, jadi tidak disetujui dan tidak ditarik."
    )


class PersonErased(BeneficiaryError):
    code = "person_erased"
    message = _("Data orang ini sudah dihapus atas permintaannya.")


class ProcessingRestricted(BeneficiaryError):
    """The subject has restricted what may be done with their data; their own request is what remains possible."""

    code = "processing_restricted"
    message = _("Orang ini membatasi pemrosesan datanya. Datanya hanya dibuka bila ia sendiri yang meminta.")


class RevealLimitReached(BeneficiaryError):
    code = "reveal_limit_reached"
    message = _("Anda sudah membuka %(limit)s data hari ini. Minta atasan memberi izin tambahan.")


class ReasonMissing(BeneficiaryError):
    code = "reason_missing"
    message = _("Alasan wajib diisi.")


class OwnAllowance(BeneficiaryError):
    code = "own_allowance"
    message = _("Izin tambahan diberikan oleh orang lain, bukan oleh diri sendiri.")


class AlreadyAsked(BeneficiaryError):
    code = "already_asked"
    message = _("Permintaan yang sama dari orang ini masih terbuka. Jawab yang itu dahulu.")


class ReceivedInFuture(BeneficiaryError):
    code = "received_in_future"
    message = _("Waktu diterima ada di masa depan. Perbaiki tanggal dan jamnya.")


class RequestMoved(BeneficiaryError):
    """The request is in another state than the step needs: somebody else was faster, or the page is old."""

    code = "request_moved"
    message = _("Permintaan ini tidak lagi menunggu langkah itu. Muat ulang halamannya.")


class SecondOfficerNeeded(BeneficiaryError):
    code = "second_officer_needed"
    message = _("Anda yang mengusulkannya, jadi harus orang lain yang memutuskan.")


class NothingProposed(BeneficiaryError):
    code = "nothing_proposed"
    message = _("Isi sedikitnya satu data yang diperbaiki.")


class NikTaken(BeneficiaryError):
    code = "nik_taken"
    message = _("NIK itu sudah dimiliki orang lain di registri. Periksa apakah keduanya orang yang sama.")


class NikOnMergedRow(BeneficiaryError):
    """A number is of one row: to keep the merged row's, that row has to be the one that stays."""

    code = "nik_on_merged_row"
    message = _(
        "NIK itu ada pada data #%(row)s yang sudah digabung ke orang ini (#%(survivor)s). Pisahkan dahulu, lalu gabungkan ke "
        "data yang NIK-nya benar."
    )


class LegalHold(BeneficiaryError):
    """A law keeps the data; `grounds` says which, in the words for the subject."""

    code = "legal_hold"
    message = _("Data belum boleh dihapus: %(grounds)s")
