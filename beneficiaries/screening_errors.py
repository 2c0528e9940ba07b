"""What evidence, exclusion rules, proposals and objections refuse, in the registry's family of errors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beneficiaries.errors import BeneficiaryError


class EvidenceBusy(BeneficiaryError):
    """A file of evidence is being kept, and who waits for an answer does not wait for all of it."""

    code = "evidence_busy"
    message = _("Berkas bukti sedang disimpan, jadi belum ada yang dicatat. Coba lagi dalam beberapa menit.")


class EvidenceContested(BeneficiaryError):
    code = "evidence_contested"
    message = _("Bukti ini sudah dibantah atau digantikan. Muat ulang halaman.")


class RuleBroken(BeneficiaryError):
    code = "rule_broken"
    message = _("Aturan tidak dapat dibaca: %(reason)s. Contoh: household.vehicles.cars > 0")


class RuleEnforced(BeneficiaryError):
    code = "rule_enforced"
    message = _("Versi ini sudah diberlakukan.")


class RuleUntried(BeneficiaryError):
    code = "rule_untried"
    message = _("Versi ini belum dicoba. Coba dahulu dan lihat siapa yang terkena, lalu berlakukan.")


class RuleOverlaps(BeneficiaryError):
    code = "rule_overlaps"
    message = _("Sudah ada versi %(code)s yang berlaku pada sebagian tanggal itu. Ubah tanggalnya di versi baru.")


class AuthorEnforces(BeneficiaryError):
    code = "author_enforces"
    message = _("Aturan diberlakukan petugas lain, bukan yang menulisnya.")


class TellerAccepts(BeneficiaryError):
    """Whoever noted, or uploaded, evidence that a proposal rests on does not exclude on it."""

    code = "teller_accepts"
    message = _("Usulan ini bersandar pada bukti yang Anda catat sendiri, jadi petugas lain yang memutuskannya.")


class TextMissing(BeneficiaryError):
    """An objection that says nothing, or a decision without a reason."""

    code = "text_missing"
    message = _("Isi alasannya dahulu; alasan disimpan dan dapat dibaca warga.")


class ProposalDecided(BeneficiaryError):
    code = "proposal_decided"
    message = _("Usulan ini sudah diputuskan. Muat ulang halaman.")


class SubjectRestricted(BeneficiaryError):
    """Whom the proposal is about has restricted, since it was made, what may be done with their data."""

    code = "subject_restricted"
    message = _(
        "Pemrosesan datanya dibatasi atas permintaan orangnya sejak usulan ini dibuat, jadi tidak dapat dikecualikan. "
        "Tolak usulan ini, atau tunggu sampai pembatasannya dicabut."
    )


class SubjectErased(BeneficiaryError):
    """Whom the proposal is about has been erased since it was made."""

    code = "subject_erased"
    message = _("Datanya sudah dihapus atas permintaan orangnya, jadi tidak dapat dikecualikan. Tolak usulan ini.")


class AlreadyExcluded(BeneficiaryError):
    code = "already_excluded"
    message = _("Sudah ada pengecualian yang berlaku dengan aturan yang sama.")


class NotInForce(BeneficiaryError):
    """The exclusion was lifted already."""

    code = "not_in_force"
    message = _("Pengecualian ini sudah dicabut.")


class LiftBeforeStart(BeneficiaryError):
    code = "lift_before_start"
    message = _("Pengecualian mulai %(starts_on)s; tanggal pencabutan harus sesudahnya.")


class ObjectionPending(BeneficiaryError):
    code = "objection_pending"
    message = _("Sanggahan atas pengecualian ini sudah diajukan dan belum diputuskan.")


class ObjectionDecided(BeneficiaryError):
    code = "objection_decided"
    message = _("Sanggahan ini sudah diputuskan. Muat ulang halaman.")


class ProofRefused(BeneficiaryError):
    """A file with an objection is none of the kinds that are taken, empty, or too large."""

    code = "proof_refused"
    message = _("Berkas harus PDF, JPEG atau PNG, paling besar %(megabytes)s MB. Foto ulang dengan ukuran lebih kecil.")


class ProofsTooMany(BeneficiaryError):
    code = "proofs_too_many"
    message = _("Sanggahan ini sudah disertai %(most)s berkas, jumlah terbanyak. Berkas lain bawa ke kantor kelurahan.")


class DeciderAcceptedIt(BeneficiaryError):
    code = "decider_accepted_it"
    message = _("Sanggahan harus diputuskan petugas lain, bukan yang menerima pengecualiannya.")
