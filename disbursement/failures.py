"""Why a line is not paid: each code in words, whether it is tried again, and what the office can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

from disbursement.errors import DisbursementError


class Retry(Enum):
    """Who pays after all."""

    AUTOMATIC = "automatic"  # the same batch: workers try again by themselves
    FOLLOW_UP = "follow_up"  # a follow-up batch, once the cause is removed
    NEVER = "never"  # nobody: the person is not to be paid


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason in words, whether trying again can help, and what to do."""

    words: Any
    retry: Retry
    remedy: Any


_WAIT = _("Tidak perlu apa-apa: sistem mencoba lagi sendiri.")
_LIMIT = _("Tunggu sampai saldo atau bulan berganti, atau daftarkan identitas pemegang; lalu buat batch susulan.")
A, F, N = Retry.AUTOMATIC, Retry.FOLLOW_UP, Retry.NEVER
KNOWN = {
    # the line itself
    "wallet_frozen": Failure(
        _("Dompet dibekukan"), F, _("Periksa alasannya di halaman dompet, buka kembali, lalu buat batch susulan.")
    ),
    "merged": Failure(
        _("Terdaftar ganda, sudah digabung"),
        F,
        _(
            "Dompetnya tidak perlu dibuka. Orangnya dibayar lewat kepesertaan pada baris yang tetap; bila pada periode ini "
            "belum, buat batch susulan."
        ),
    ),
    "wallet_closed": Failure(
        _("Dompet ditutup"), F, _("Pastikan orangnya masih berhak dan punya dompet lain, lalu buat batch susulan.")
    ),
    "balance_limit_exceeded": Failure(_("Saldo dompet akan melebihi batas"), F, _LIMIT),
    "monthly_limit_exceeded": Failure(_("Dana masuk bulan ini akan melebihi batas"), F, _LIMIT),
    "content_changed": Failure(
        _("Isi potongan berbeda dari yang disetujui"),
        F,
        _("Laporkan kepada pengelola sistem: ada yang mengubah isi batch. Lalu buat batch susulan."),
    ),
    "given_up": Failure(
        _("Tidak dibayar dalam batch ini, atas keputusan petugas"), F, _("Buat batch susulan bila masih berhak.")
    ),
    "stopped": Failure(
        _("Batch dihentikan sebelum giliran ini"), F, _("Baca alasan penghentiannya, lalu buat batch susulan.")
    ),
    # at a partner
    "provider_inactive": Failure(
        _("Mitra penyalurnya tidak aktif"), F, _("Aktifkan mitranya, lalu coba lagi potongannya; atau lepaskan.")
    ),
    "no_account": Failure(
        _("Nomor akunnya di mitra tidak ada lagi"), F, _("Tetapkan jalur bayarnya lagi, lalu buat batch susulan.")
    ),
    "provider_account": Failure(
        _("Akun penerima di mitra tidak dikenal atau tidak aktif"),
        F,
        _("Perbaiki nomor akunnya di kepesertaan, atau bayar ke dompet sendiri; lalu buat batch susulan."),
    ),
    "provider_limit": Failure(
        _("Batas akun penerima di mitra terlampaui"), F, _("Tunggu bulan berganti, atau bayar ke dompet sendiri.")
    ),
    "provider_float": Failure(_("Dana kita di mitra tidak cukup"), F, _("Isi dana di mitra, lalu buat batch susulan.")),
    "provider_cancelled": Failure(_("Dibatalkan oleh mitra"), F, _("Tanyakan alasannya, lalu buat batch susulan.")),
    "provider_returned": Failure(
        _("Dikembalikan oleh mitra sesudah dibayar"), F, _("Periksa nomor akunnya, lalu buat batch susulan.")
    ),
    "provider_refused": Failure(
        _("Ditolak oleh mitra"), F, _("Baca kode jawabannya di Pembayaran lewat mitra, lalu buat batch susulan.")
    ),
    "officer_failed": Failure(
        _("Ditetapkan tidak dibayar, oleh dua petugas"), F, _("Baca buktinya, lalu buat batch susulan.")
    ),
    # found before approval
    "no_wallet": Failure(_("Belum punya dompet"), F, _("Daftarkan ulang yang berhak pada program: dompetnya dibuka.")),
    "deceased": Failure(
        _("Meninggal dunia"), N, _("Catat kematiannya dan akhiri kepesertaannya; ahli waris diurus terpisah.")
    ),
    "left_registry": Failure(_("Keluar dari registri"), N, _("Akhiri kepesertaannya, atau perbaiki registri.")),
    "restricted": Failure(  # of batches before restricted people were paid what was promised
        _("Pemrosesan datanya dibatasi atas permintaannya"),
        F,
        _("Siapkan batch susulan: yang dijanjikan tetap dibayar."),
    ),
    "not_eligible": Failure(
        _("Menurut data saat batch disiapkan tidak (lagi) memenuhi syarat"),
        N,
        _(
            "Ujilah versi yang berlaku, lalu tangguhkan atau akhiri yang keluar dari halaman percobaannya. Selama kepesertaannya "
            "aktif, batch membayarnya."
        ),
    ),
    "excluded": Failure(
        _("Dikecualikan sejak batch disiapkan"), N, _("Baca pengecualiannya; bila keliru, putuskan sanggahannya.")
    ),
    "suspended": Failure(
        _("Kepesertaannya ditangguhkan sejak batch disiapkan"),
        N,
        _(
            "Baca alasannya di halaman kepesertaan; bila selesai diperiksa, cabut penangguhannya dan siapkan batch lain."
        ),
    ),
    "enrolment_ended": Failure(
        _("Kepesertaannya berakhir sejak batch disiapkan"), N, _("Baca alasannya; bila keliru, putuskan keberatannya.")
    ),
    "route_changed": Failure(
        _("Pertama kali dibayar ke akun mitra ini; sebelumnya ke tempat lain"),
        F,
        _("Baca siapa mengusulkan dan menyetujui jalur bayarnya di halaman kepesertaan; bila ragu, keluarkan dulu."),
    ),
    "route_shared": Failure(
        _("Nomor akunnya di mitra juga milik jalur bayar orang lain"),
        F,
        _("Pastikan akun itu benar miliknya, misalnya seorang wali; bila tidak, bayar ke dompet sendiri."),
    ),
    "duplicate": Failure(
        _("Diduga terdaftar ganda"), F, _("Putuskan dugaan gandanya: gabungkan, atau nyatakan dua orang berbeda.")
    ),
    # a chunk's attempt
    "deadlock": Failure(_("Bertabrakan dengan pekerjaan lain di basis data"), A, _WAIT),
    "timeout": Failure(_("Basis data terlalu lama menjawab"), A, _WAIT),
    "connection": Failure(_("Sambungan terputus"), A, _WAIT),
    "exhausted": Failure(
        _("Basis data kehabisan tempat atau sambungan"), A, _("Bila berulang, hubungi pengelola sistem.")
    ),
    "unexpected": Failure(
        _("Kesalahan yang tidak dikenal"),
        F,
        _("Tidak dicoba lagi sendiri. Laporkan, atasi, lalu coba lagi potongannya."),
    ),
}
# No failures: what is at a partner, and what comes of it.
AT_PARTNER = {
    "partner_sent": Failure(_("Diserahkan ke mitra, belum ada hasil"), A, _("Tunggu hasilnya; sistem menanyakannya.")),
    "partner_unknown": Failure(
        _("Tidak diketahui apakah mitra sudah membayar"),
        A,
        _("Sistem menanyakannya sendiri sebelum mengirim apa pun lagi. Bila lama, lihat Pembayaran lewat mitra."),
    ),
}
_TAKEN_BACK = Failure(
    "", F, _("Baca alasannya; bila tetap berhak, tetapkan rapelnya; bila sebagian saja yang keliru, hitung ulang.")
)

_SQLSTATES = {
    "40001": "deadlock",  # serialization failure
    "40P01": "deadlock",
    "55P03": "timeout",  # a lock was not available in time
    "57014": "timeout",  # a statement took too long
    "25P03": "timeout",  # idle in transaction for too long
    "57P01": "connection",  # the server shuts down
    "57P02": "connection",
    "57P03": "connection",  # the server starts
}
_CLASSES = {"08": "connection", "53": "exhausted"}


def of(code: str) -> Failure:
    """The failure of a line's code; of a reason in an officer's own words (a line that was taken back), those words."""
    return KNOWN.get(code) or AT_PARTNER.get(code) or Failure(code, _TAKEN_BACK.retry, _TAKEN_BACK.remedy)


def code_of(error: BaseException) -> str:
    """The code of what ended a chunk's attempt. What is not known to pass by itself is ``unexpected``: never tried again."""
    state = getattr(error, "pgcode", None) or getattr(error.__cause__, "pgcode", None)
    if state:
        return _SQLSTATES.get(state) or _CLASSES.get(state[:2], "unexpected")
    if isinstance(error, DisbursementError) and error.code in KNOWN:
        return error.code
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionError | OperationalError | InterfaceError):  # without a SQLSTATE the line was cut
        return "connection"
    return "unexpected"


def is_retried(code: str) -> bool:
    """True if workers try again by themselves."""
    return of(code).retry is Retry.AUTOMATIC
