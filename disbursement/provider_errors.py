"""What can go wrong around partners that pay for us, in the officers' words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from disbursement.errors import DisbursementError


class ProviderInactive(DisbursementError):
    """Nothing is handed to a partner that the office has switched off."""

    code = "provider_inactive"
    message = _("Mitra %(provider)s tidak aktif. Aktifkan dahulu, lalu coba lagi potongannya.")


class OutcomesOpen(DisbursementError):
    """A batch does not end while money of it may be on its way."""

    code = "outcomes_open"
    message = _(
        "%(count)s pembayaran lewat mitra belum diketahui hasilnya. Batch tetap dijeda: tanyakan atau tetapkan hasilnya di "
        "Pembayaran lewat mitra, lalu ulangi."
    )


class PaidElsewhere(DisbursementError):
    """What a partner has paid is not in a purse of ours."""

    code = "paid_elsewhere"
    message = _("Bantuan ini dibayar lewat mitra dan tidak dapat ditarik kembali dari sini. Hubungi mitranya.")


class InvalidAccount(DisbursementError):
    code = "invalid_account"
    message = _("Nomor akun: isi 8 sampai 20 angka tanpa spasi, misalnya 628123456789.")


class RouteUnchanged(DisbursementError):
    code = "route_unchanged"
    message = _("Jalur bayar ini sudah berlaku; tidak ada yang diubah.")


class NumberDiffers(DisbursementError):
    code = "number_differs"
    message = _("Nomor ini bukan nomor yang diusulkan. Cocokkan dokumennya; bila usulannya keliru, tolak.")


class RouteProposed(DisbursementError):
    code = "route_proposed"
    message = _("Sudah ada usulan jalur bayar yang menunggu orang kedua. Putuskan dahulu, atau tolak.")


class LineSettled(DisbursementError):
    """Somebody, or the partner, was faster."""

    code = "line_settled"
    message = _("Hasil pembayaran ini sudah diketahui: %(status)s. Muat ulang halaman.")


class NeverSent(DisbursementError):
    """What was never sent has no outcome yet."""

    code = "never_sent"
    message = _("Pembayaran ini belum pernah dikirim ke mitra; tidak ada hasil yang dapat ditetapkan.")


class ProposalOpen(DisbursementError):
    code = "proposal_open"
    message = _("Sudah ada usulan hasil yang menunggu keputusan orang lain. Putuskan dahulu.")


class NoProposal(DisbursementError):
    code = "no_proposal"
    message = _("Tidak ada usulan yang menunggu keputusan. Muat ulang halaman.")


class ProposalIsOwn(DisbursementError):
    """The second look is another officer's."""

    code = "proposal_is_own"
    message = _("Anda yang mengusulkannya, jadi harus orang lain yang memutuskannya.")


class EvidenceMissing(DisbursementError):
    code = "evidence_missing"
    message = _(
        "Bukti: isi dahulu, misalnya nomor surat mitra. Dibaca oleh siapa pun yang memeriksa keputusan ini nanti."
    )
