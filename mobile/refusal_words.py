"""Why aid did not come, in the words of whoever waits for it, and what they can do.

The office has its own words for the same codes (`disbursement.failures`): what an officer does about it is not what the person
can do.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from disbursement.models import Calculation

_WAIT = _("Tidak perlu apa-apa: kami membayarnya dalam pembayaran susulan.")
_ASK = _("Tanyakan di kantor kelurahan dengan membawa KTP dan KK.")
_ACCOUNT = _("Datang ke kantor kelurahan membawa KTP untuk memeriksa nomor akun Anda.")
_SPEND = _("Belanjakan dahulu saldonya, atau lengkapi data diri di kantor kelurahan; lalu kami membayar susulan.")
_OBJECT = _("Bila keliru, ajukan keberatan lewat aplikasi Salur atau kelurahan.")
# By code: why, and the remedy.
WORDS: dict[str, tuple[Any, Any]] = {
    "wallet_frozen": (_("dompet Anda dibekukan"), _("Datang ke kantor kelurahan membawa KTP untuk membukanya.")),
    "merged": (_("data Anda yang tercatat dua kali baru digabung"), _WAIT),
    "wallet_closed": (_("dompet Anda sudah ditutup"), _ASK),
    "balance_limit_exceeded": (_("saldo dompet Anda akan melebihi batas"), _SPEND),
    "monthly_limit_exceeded": (_("dana masuk bulan ini akan melebihi batas"), _SPEND),
    "content_changed": (_("pembayaran ini masih kami periksa"), _WAIT),
    "given_up": (_("pembayaran ini ditunda kantor"), _WAIT),
    "stopped": (_("pembayaran ini dihentikan kantor sebelum giliran Anda"), _WAIT),
    "provider_inactive": (_("penyalurnya sedang tidak melayani"), _WAIT),
    "provider_float": (_("penyalurnya sedang terganggu"), _WAIT),
    "provider_cancelled": (_("penyalurnya membatalkan pembayaran ini"), _WAIT),
    "provider_refused": (_("penyalurnya menolak pembayaran ini"), _WAIT),
    "provider_limit": (_("batas akun Anda di penyalur terlampaui"), _ACCOUNT),
    "provider_account": (_("akun Anda di penyalur tidak dikenal atau tidak aktif"), _ACCOUNT),
    "provider_returned": (_("penyalurnya mengembalikan pembayaran ini"), _ACCOUNT),
    "no_account": (_("nomor akun Anda di penyalur tidak ada lagi"), _ACCOUNT),
    "officer_failed": (_("pembayaran ini tidak sampai, menurut pemeriksaan kantor"), _WAIT),
    "suspended": (_("kepesertaan Anda ditangguhkan"), _OBJECT),
    "enrolment_ended": (_("kepesertaan Anda berakhir"), _OBJECT),
    "no_wallet": (_("Anda belum mempunyai dompet"), _ASK),
    "deceased": (_("penerima tercatat meninggal dunia"), _ASK),
    "left_registry": (_("Anda tidak lagi tercatat dalam registri"), _ASK),
    "restricted": (_("Anda meminta pembatasan pemrosesan data"), _("Cabut pembatasannya di kantor kelurahan.")),
    "excluded": (_("Anda dikecualikan"), _("Bila keliru, ajukan sanggahan lewat aplikasi Salur atau kelurahan.")),
    "not_eligible": (
        _("menurut data Anda syarat program tidak terpenuhi"),
        _("Bila data keluarga keliru, perbarui di kantor kelurahan."),
    ),
    "route_changed": (_("nomor akun Anda di penyalur baru diganti"), _ACCOUNT),
    "route_shared": (_("nomor akun Anda di penyalur juga milik orang lain"), _ACCOUNT),
    "duplicate": (_("Anda mungkin tercatat dua kali"), _ASK),
    "deadlock": (_("sistem sedang sibuk"), _WAIT),
    "timeout": (_("sistem sedang sibuk"), _WAIT),
    "connection": (_("sistem sedang terganggu"), _WAIT),
    "exhausted": (_("sistem sedang terganggu"), _WAIT),
    "unexpected": (_("ada gangguan yang sedang kami perbaiki"), _WAIT),
    Calculation.Reason.NO_COMPONENT.value: (
        _("tidak ada syarat bantuan yang terpenuhi"),
        _("Bila data keluarga berubah, perbarui di kantor kelurahan."),
    ),
    Calculation.Reason.CHANGED.value: (_("data Anda berubah selagi pembayaran disiapkan"), _WAIT),
}
# Officers' own words, where a line was given up in them, are written for officers.
_OTHER = (_("ada hal yang harus diperiksa kantor"), _ASK)


def why(code: str) -> tuple[str, str]:
    """The reason and the remedy of a line's or a calculation's code, for the person; of one unknown here, whom to ask."""
    reason, remedy = WORDS.get(code, _OTHER)
    return str(reason), str(remedy)
