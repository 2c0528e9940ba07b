"""What can go wrong between a beneficiary's phone and us, as one family.

Like `wallet.errors`: `code` is stable and for programs, `message` says in the reader's words what happened and what to
do next, `data` fills its placeholders, `status` is the HTTP status. None tells whether a phone number is registered.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class MobileError(Exception):
    """Base of the family. `data` is JSON-ready; `field` names the field of the request that is at fault, if one is."""

    code = "mobile_error"
    status = 400
    field: str | None = None
    message: Any = _("Permintaan tidak dapat diproses.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        return str(self.message) % self.data


class PhoneInvalid(MobileError):
    code = "phone_invalid"
    field = "phone"
    message = _("Nomor HP tidak dikenali. Tulis seperti 0812-3456-7890.")


class TooManyCodes(MobileError):
    """More one-time passwords were asked for than the limit allows; `wait` is in seconds."""

    code = "otp_too_many"
    status = 429
    message = _("Terlalu banyak permintaan kode. Coba lagi dalam %(wait)s detik.")


class OtpWrong(MobileError):
    """Wrong, expired, used, never sent, or an unknown phone: all the same to the outside."""

    code = "otp_wrong"
    status = 403
    field = "otp"
    message = _("Kode salah atau sudah tidak berlaku. Periksa SMS terakhir, atau minta kode baru.")


class OtpLocked(MobileError):
    """The newest code was tried too often. It depends on the code alone, which unknown phones have as well."""

    code = "otp_locked"
    status = 403
    field = "otp"
    message = _("Kode ini sudah terlalu sering dicoba. Minta kode baru.")


class ChoosePerson(MobileError):
    """The code is right and stays usable, but several people share the phone."""

    code = "choose_person"
    status = 409
    field = "birth_date"
    message = _("Nomor HP ini dipakai beberapa orang. Kirim lagi kodenya bersama tanggal lahir Anda.")


class PersonUnclear(MobileError):
    """The birth date fits nobody, or more than one, of those who share the phone."""

    code = "person_unclear"
    status = 409
    field = "birth_date"
    message = _("Tanggal lahir tidak menunjuk ke satu orang. Periksa tanggalnya, atau datangi kantor kelurahan.")


class TokenMissing(MobileError):
    code = "token_missing"
    status = 401
    message = _("Masuk dahulu dengan nomor HP Anda.")


class TokenInvalid(MobileError):
    code = "token_invalid"
    status = 401
    message = _("Perangkat ini tidak dikenal. Masuk lagi dengan nomor HP Anda.")


class TokenExpired(MobileError):
    code = "token_expired"
    status = 401
    message = _("Masa masuk di perangkat ini sudah habis. Masuk lagi dengan nomor HP Anda.")


class TokenRevoked(MobileError):
    code = "token_revoked"
    status = 401
    message = _("Perangkat ini sudah dikeluarkan. Masuk lagi dengan nomor HP Anda, atau hubungi kantor kelurahan.")


class NoWallet(MobileError):
    """The person was never enrolled in a programme, so there is no wallet to use."""

    code = "no_wallet"
    status = 409
    message = _("Anda belum mempunyai dompet. Dompet dibuat saat Anda terdaftar dalam program bantuan.")


class DeviceUnknown(MobileError):
    code = "device_unknown"
    status = 404
    message = _("Perangkat itu tidak ada, atau sudah dikeluarkan.")


class GrievanceUnknown(MobileError):
    """There is none of that number, or somebody else reported it."""

    code = "grievance_unknown"
    status = 404
    message = _("Aduan itu tidak ada.")


class CategoryUnknown(MobileError):
    code = "category_unknown"
    field = "category"
    message = _("Kategori itu tidak ada. Pilih dari daftar kategori.")


class PaymentUnknown(MobileError):
    """No payment of the caller's wallet has that number."""

    code = "payment_unknown"
    field = "payment_reference_no"
    message = _("Belanja dengan nomor itu tidak ada di dompet Anda. Periksa nomornya di riwayat.")


class GrievanceTextInvalid(MobileError):
    code = "text_invalid"
    field = "text"
    message = _("Ceritakan masalahnya, paling banyak %(most)s karakter.")


class GrievanceStatusWrong(MobileError):
    """The grievance cannot take this step where it stands."""

    code = "grievance_status_wrong"
    status = 409
    message = _("Aduan ini sedang tidak menunggu hal itu dari Anda. Buka lagi aduannya dan lihat statusnya.")


class TooManyGrievances(MobileError):
    """More was sent than the limit allows; `wait` is in seconds."""

    code = "grievance_too_many"
    status = 429
    message = _("Terlalu banyak aduan atau pesan. Coba lagi dalam %(wait)s detik, atau datangi kantor kelurahan.")


class ExclusionUnknown(MobileError):
    """It does not exist, or is another family's: the same to the outside."""

    code = "exclusion_unknown"
    status = 404
    field = "exclusion"
    message = _("Pengecualian itu tidak ada. Muat ulang daftarnya.")


class ObjectionNotPossible(MobileError):
    """The exclusion was lifted, or an objection to it waits for its decision already."""

    code = "objection_not_possible"
    status = 409
    message = _("Sanggahan tidak dapat diajukan: pengecualian sudah dicabut, atau sanggahan Anda sedang diproses.")


class EnrolmentUnknown(MobileError):
    """It does not exist, or is another person's: the same to the outside."""

    code = "enrolment_unknown"
    status = 404
    field = "enrolment"
    message = _("Kepesertaan itu tidak ada. Muat ulang daftarnya.")


class AppealNotPossible(MobileError):
    """There is no suspension or exit to appeal against, or somebody has appealed already."""

    code = "appeal_not_possible"
    status = 409
    message = _("Tidak ada keputusan yang dapat disanggah, atau keberatan Anda sudah diajukan. Muat ulang daftarnya.")


class ClaimUnknown(MobileError):
    """It does not exist, nobody was told of it yet, or it is another person's: the same to the outside."""

    code = "claim_unknown"
    status = 404
    field = "claim"
    message = _("Tagihan itu tidak ada. Muat ulang daftarnya.")


class ClaimNotObjectable(MobileError):
    """The last day has passed, or it was objected to already, or the case has moved on."""

    code = "claim_not_objectable"
    status = 409
    message = _(
        "Keberatan atas tagihan ini sudah diajukan, atau tidak dapat diajukan lagi. Muat ulang daftarnya, atau hubungi kantor "
        "kelurahan."
    )


class FileRefused(MobileError):
    """None of the kinds that are taken, or too large."""

    code = "file_refused"
    field = "file"
    message = _("Berkas harus PDF, JPEG atau PNG, paling besar %(megabytes)s MB. Foto ulang dengan ukuran lebih kecil.")


class FileNotPossible(MobileError):
    """There is no objection that waits for its decision."""

    code = "file_not_possible"
    status = 409
    message = _("Belum ada sanggahan, atau sudah diputuskan. Ajukan sanggahan dahulu, lalu kirim berkasnya.")


class TooManyFiles(MobileError):
    """As many came with the objection as may."""

    code = "file_too_many"
    status = 409
    message = _("Sanggahan ini sudah disertai %(most)s berkas, jumlah terbanyak. Berkas lain bawa ke kantor kelurahan.")


class ConsentPersonUnknown(MobileError):
    """Nobody of that id, or nobody for whom the caller decides: the same to the outside."""

    code = "consent_person_unknown"
    status = 404
    field = "person"
    message = _("Anda tidak mewakili orang itu. Muat ulang daftarnya, atau datangi kantor kelurahan.")


class ConsentNeedsGuardian(MobileError):
    """Too young to consent alone."""

    code = "consent_needs_guardian"
    status = 403
    message = _("Belum berumur %(age)s tahun: orang tua atau wali yang menyatakannya.")


class ConsentPurposeUnknown(MobileError):
    code = "consent_purpose_unknown"
    status = 404
    field = "purpose"
    message = _("Tujuan itu tidak ada. Muat ulang daftarnya.")


class NotAConsent(MobileError):
    """What is done for that purpose rests on a law; no aid depends on anybody's consent to it."""

    code = "not_a_consent"
    status = 409
    field = "purpose"
    message = _("Tujuan itu tidak disetujui dan tidak ditarik, karena dasarnya %(law)s. Bantuan Anda tetap berjalan.")


class ConsentTextChanged(MobileError):
    """Another version is asked with by now; `version` is its number."""

    code = "consent_text_changed"
    status = 409
    field = "version"
    message = _("Bunyinya sudah berubah menjadi versi %(version)s. Muat ulang dan baca dahulu.")


class ConsentReferenceUsed(MobileError):
    code = "consent_reference_used"
    status = 409
    field = "reference"
    message = _("Nomor pernyataan itu sudah dipakai untuk pernyataan lain. Buat nomor baru.")


class NoConsentToWithdraw(MobileError):
    code = "no_consent_to_withdraw"
    status = 409
    field = "purpose"
    message = _("Anda tidak pernah menyetujui tujuan itu, jadi tidak ada yang ditarik.")


class ConsequenceFirst(MobileError):
    """Withdrawing ends something; whoever withdraws must have read what."""

    code = "consequence_first"
    status = 409
    field = "understood"
    message = _("Bila ditarik: %(consequence)s Bila tetap ingin menarik, nyatakan bahwa Anda mengerti.")


class TooManyConsents(MobileError):
    """More was agreed to within a day than the limit allows; `wait` is in seconds. Withdrawing has no limit."""

    code = "consent_too_many"
    status = 429
    message = _("Terlalu banyak pernyataan setuju hari ini. Coba lagi dalam %(wait)s detik.")


class NoticeUnknown(MobileError):
    """There is none of that number, or it is another's: the same to the outside."""

    code = "notice_unknown"
    status = 404
    message = _("Pemberitahuan itu tidak ada. Muat ulang daftarnya.")
