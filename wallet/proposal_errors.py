"""What can go wrong with what one officer proposes and another agrees to: the wallet's family."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class ProposalMoved(WalletError):
    code = "proposal_moved"
    status = 409
    message = _("Usulan ini sudah diputuskan. Muat ulang halaman.")


class OwnProposal(WalletError):
    """The database would refuse it too."""

    code = "own_proposal"
    status = 403
    message = _("Yang Anda usulkan disetujui oleh petugas lain.")


class ProposalWaits(WalletError):
    """One at a time, so that whoever agrees sees what there is and what it becomes."""

    code = "proposal_waits"
    status = 409
    message = _("Masih ada usulan yang menunggu keputusan. Putuskan atau batalkan dahulu.")


class DepositKnown(WalletError):
    """One entry of the bank's is one partner's money."""

    code = "deposit_known"
    status = 409
    message = _("Nomor mutasi itu sudah diusulkan atau dibukukan untuk %(partner)s. Periksa nomor dan mitranya.")


class HolderLives(WalletError):
    """Whoever knows the holders does not say that this one died, or nobody is asked."""

    code = "holder_lives"
    status = 409
    message = _("Registri tidak mencatat pemegang dompet ini meninggal. Catat kematiannya di registri dahulu.")


class RecoveryTakesTwo(WalletError):
    """The holder's telephone is new: whoever has it is not trusted on one officer's word."""

    code = "recovery_takes_two"
    status = 409
    message = _("Nomor HP pemegang dompet ini baru diganti. PIN baru perlu persetujuan dua petugas di kantor.")


class PinForgotten(WalletError):
    """One officer had it forgotten: what is printed without it would be theirs to print."""

    code = "pin_forgotten"
    status = 409
    message = _(
        "Pemegang dompet ini pernah punya PIN, dan PIN itu dihapus. Ia membuat PIN baru dahulu; bila ia tidak punya telepon, "
        "pulihkan dompetnya dengan persetujuan dua petugas."
    )


class NothingToChange(WalletError):
    code = "nothing_to_change"
    message = _("Tidak ada yang berubah. Ubah sekurangnya satu isian.")


class PartnerMoved(WalletError):
    """Something else of it was narrowed or put in force since: what would come of it, nobody has seen."""

    code = "partner_moved"
    status = 409
    message = _("Data mitra sudah berubah sejak diusulkan. Batalkan usulan ini dan usulkan lagi.")


class PartnerAsleep(WalletError):
    code = "partner_asleep"
    status = 409
    message = _("Mitra ini tidak aktif. Usulkan dahulu untuk mengaktifkannya.")
