"""What can go wrong while overpaid aid is claimed back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from disbursement.errors import DisbursementError


class ClawbackMoved(DisbursementError):
    """The case is elsewhere by now, or nothing leads from there to where the step would."""

    code = "clawback_moved"
    message = _("Perkara ini berstatus %(status)s; langkah ini tidak berlaku. Muat ulang halaman.")


class NothingClaimed(DisbursementError):
    code = "nothing_claimed"
    message = _("Isi kelebihan untuk paling sedikit satu pembayaran.")


class ClaimsTooMuch(DisbursementError):
    """More than was paid, or was paid and is not claimed by another case already."""

    code = "claims_too_much"
    message = _("Pembayaran %(instruction)s: paling banyak %(most)s dapat dituntut kembali.")


class NotOneRecipient(DisbursementError):
    """A case is about what one programme paid to one person."""

    code = "not_one_recipient"
    message = _("Semua pembayaran dalam satu perkara harus dari satu program kepada satu orang.")


class PaymentNotPaid(DisbursementError):
    code = "payment_not_paid"
    message = _("Pembayaran %(instruction)s berstatus %(status)s; hanya yang sudah dibayar dapat dituntut kembali.")


class ShareOutOfRange(DisbursementError):
    code = "share_out_of_range"
    message = _("Bagian yang dipotong harus antara 1 dan %(most)s persen.")


class ProposerDecides(DisbursementError):
    """What one officer proposes, another decides."""

    code = "proposer_decides"
    message = _("Anda yang mengusulkan perkara ini. Mintalah petugas lain memutuskannya.")


class ObjectionStillPossible(DisbursementError):
    code = "objection_still_possible"
    message = _("Penerima masih dapat mengajukan keberatan sampai %(until)s. Berlakukan sesudah hari itu.")


class ObjectionTooLate(DisbursementError):
    code = "objection_too_late"
    message = _(
        "Batas keberatan sudah lewat (%(until)s). Catat sebagai aduan, atau gugurkan perkaranya bila memang keliru."
    )


class ClaimNotLower(DisbursementError):
    code = "claim_not_lower"
    message = _("Tuntutan yang baru harus di bawah %(claim)s.")


class RecipientDied(DisbursementError):
    """No aid will come that it could be withheld from, and heirs are not asked."""

    code = "recipient_died"
    message = _("Penerima sudah meninggal: tidak ada yang dapat dipotong. Hapuskan tuntutannya dengan keputusan.")


class GivesBackTooMuch(DisbursementError):
    code = "gives_back_too_much"
    message = _("Paling banyak %(most)s dapat dikembalikan: itu sisa tuntutannya.")


class ConsentUsed(DisbursementError):
    """One paper gives back once."""

    code = "consent_used"
    message = _("Surat %(consent)s sudah dicatat untuk pengembalian lain. Isi nomor surat yang benar.")


class PurseNotOfCase(DisbursementError):
    """Another programme's money, or another holder's purse."""

    code = "purse_not_of_case"
    message = _("Kantong ini bukan kantong program perkara ini di dompet penerima. Pilih kantong lain.")


class UnderClawback(DisbursementError):
    """What is claimed back in part is not taken back whole beside it."""

    code = "under_clawback"
    message = _("Pembayaran ini sedang dituntut kembali dalam perkara %(clawback)s. Gugurkan perkaranya dahulu.")
