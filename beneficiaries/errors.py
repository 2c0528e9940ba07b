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


class DecisionReasonMissing(BeneficiaryError):
    code = "decision_reason_missing"
    message = _("Isi alasannya dahulu.")


class PairDecided(BeneficiaryError):
    """Another officer was faster."""

    code = "pair_decided"
    message = _("Pasangan ini sudah diputuskan (%(status)s). Muat ulang halaman.")


class PairNotToldApart(BeneficiaryError):
    """It waits already, or was merged since; what was merged is parted, not reconsidered."""

    code = "pair_not_told_apart"
    message = _("Pasangan ini tidak lagi dinyatakan dua orang yang berbeda. Muat ulang halaman.")


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


class HeadJoined(BeneficiaryError):
    """Joining this row would leave its household without a head."""

    code = "head_joined"
    message = _(
        "Yang digabung adalah kepala keluarga, dan keluarganya masih punya anggota lain. Pilih dia sebagai yang tetap, "
        "atau ganti dahulu kepala keluarganya."
    )


class PlaceTaken(BeneficiaryError):
    """Parted, the row would be a second head, or a second husband or wife, of its household."""

    code = "place_taken"
    message = _(
        "Keluarga orang yang dipisahkan sudah punya kepala keluarga, atau suami atau istrinya, yang lain. Ubah dahulu hubungan "
        "anggota keluarga itu, lalu ulangi."
    )


class MergeRefused(BeneficiaryError):
    """Whoever keeps the aid of both says no; `said` is why, and nothing was changed."""

    code = "merge_refused"
    message = "%(said)s"


def said(code: str, data: dict[str, Any]) -> str:
    """The sentence of an error that was kept as its code and data; the code itself if it is none of the family's."""
    families = [BeneficiaryError]
    while families:
        family = families.pop()
        if family.code == code:
            return str(family.message) % data
        families += family.__subclasses__()
    return code


class RepresentationError(BeneficiaryError):
    """A guardian or collector cannot be proposed, approved or ended so."""

    code = "representation"


class RepresentsOneself(RepresentationError):
    code = "represents_oneself"
    message = _("NIK wakil sama dengan NIK yang diwakili. Isi NIK orang lain.")


class RepresentativeNamed(RepresentationError):
    """An outsider needs a name; a person of the registry has one."""

    code = "representative_name"
    message = _("NIK wakil tidak ada di registri. Isi namanya seperti pada KTP.")


class RepresentationPeriod(RepresentationError):
    code = "representation_period"
    message = _("Tanggal akhir sebelum tanggal mulai, atau sudah lewat. Periksa masa berlakunya.")


class RepresentativeUnfit(RepresentationError):
    """Died, or cannot act alone."""

    code = "representative_unfit"
    message = _("Orang ini tidak dapat mewakili: sudah meninggal, atau sendiri perlu wali. Pilih orang lain.")


class PersonDeceased(RepresentationError):
    code = "person_deceased"
    message = _("Orang yang diwakili sudah meninggal. Dompetnya diwariskan, bukan diwakili.")


class RepresentationDouble(RepresentationError):
    code = "representation_double"
    message = _("Wakil ini sudah diusulkan bagi orang itu. Setujui atau tolak usulan itu dahulu.")


class RepresentationMoved(RepresentationError):
    code = "representation_moved"
    message = _("Statusnya %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class RepresentationApproverIsMaker(RepresentationError):
    code = "representation_approver_is_maker"
    message = _("Wakil harus disetujui orang lain, bukan yang mengusulkannya.")


class GuardianExists(RepresentationError):
    code = "guardian_exists"
    message = _("Orang ini sudah mempunyai wali. Akhiri yang lama, atau perpanjang dengan masa yang mulai hari ini.")


class CollectsForTooMany(RepresentationError):
    code = "collects_for_too_many"
    message = _("Orang ini sudah menjadi kuasa bagi %(most)s orang, batas yang berlaku. Pilih kuasa lain.")


class ScanRefused(RepresentationError):
    code = "scan_refused"
    message = _("Berkas harus PDF, JPEG atau PNG, paling besar %(most)s KB. Pindai ulang dengan ukuran lebih kecil.")


class NotActing(RepresentationError):
    """Whoever stands at the counter may not fetch this holder's money (any more)."""

    code = "not_acting"
    message = _("Orang ini tidak lagi berhak mengambil bagi pemegang. Jangan serahkan uang.")


class GrievanceError(BeneficiaryError):
    """A grievance cannot take this step."""

    code = "grievance"


class GrievanceMoved(GrievanceError):
    code = "grievance_moved"
    message = _("Aduan berstatus %(status)s; langkah ini tidak berlaku lagi. Muat ulang halaman.")


class NotInGroup(GrievanceError):
    code = "not_in_group"
    message = _("Aduan ini ditangani oleh %(group)s. Hanya anggotanya yang dapat mengerjakannya.")


class GrievanceEmpty(GrievanceError):
    code = "grievance_empty"
    message = _("Isi teksnya: paling sedikit satu huruf, paling banyak %(most)s karakter.")


class GrievanceNotFound(GrievanceError):
    """No ticket has that number and code; which of the two is wrong is not told."""

    code = "grievance_not_found"
    message = _("Tidak ada aduan dengan nomor dan kode itu. Periksa tulisannya, atau tanyakan di kantor kelurahan.")


class TooManyAtOnce(GrievanceError):
    """So many came from one address, or from all together, that the page takes no more for a while."""

    code = "too_many_at_once"
    message = _(
        "Terlalu banyak kiriman dalam waktu singkat. Coba lagi beberapa menit lagi, atau datang ke kantor kelurahan."
    )


class AnswerFirst(GrievanceError):
    """So many came from all together that the page asks a question first."""

    code = "answer_first"
    message = _("Halaman ini sedang ramai. Jawab pertanyaan di bawah, lalu kirim lagi.")


class SameCategory(GrievanceError):
    code = "same_category"
    message = _("Aduan ini sudah berkategori dan berprioritas itu.")


class AboutNothingNew(GrievanceError):
    code = "about_nothing_new"
    message = _("Aduan ini sudah tentang itu. Isi siapa atau apa yang belum disebut.")


class PersonNotKnown(BeneficiaryError):
    """No person or household of the registry has the number given; the number itself is not told."""

    code = "person_not_known"
    message = _("Nomor ini tidak ada di registri. Periksa nomornya, atau impor orangnya dahulu.")
