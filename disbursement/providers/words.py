"""What partners answered, in the officers' words; the standard's own code stays beside it, for talking with the partner."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from disbursement.providers.results import AMOUNT_DIFFERS, NEVER_SENT

# By HTTP status and case of a response code, or by the status alone.
_CASES: dict[str, Any] = {
    "20000": _("Berhasil"),
    "20200": _("Sedang dikerjakan mitra"),
    "401": _("Kunci, rahasia, atau token kita ditolak mitra"),
    "40302": _("Melebihi batas jumlah"),
    "40304": _("Melebihi batas kali transaksi"),
    "40305": _("Akun penerima dibekukan"),
    "40309": _("Akun penerima tidak aktif lama"),
    "40314": _("Dana kita di mitra tidak cukup"),
    "40318": _("Akun penerima tidak aktif"),
    "40323": _("Batas akun penerima terlampaui"),
    "403": _("Ditolak mitra"),
    "40401": _("Mitra tidak menemukan pembayaran ini"),
    "40411": _("Akun penerima tidak dikenal"),
    "40418": _("Rujukan ini pernah dipakai dengan isi lain"),
    "404": _("Ditolak mitra"),
    "400": _("Permintaan kita tidak dapat dibaca mitra"),
    "405": _("Mitra tidak melayani permintaan ini"),
    "40901": _("Rujukan ini sudah pernah dikirim"),
    "409": _("Nomor permintaan sudah terpakai"),
    "429": _("Mitra meminta kita menunggu"),
    "504": _("Mitra kehabisan waktu"),
    "5": _("Gangguan di mitra"),
}
_STATUSES: dict[str, Any] = {
    "00": _("Berhasil"),
    "01": _("Baru diterima mitra"),
    "02": _("Sedang dibayar"),
    "03": _("Tertunda di mitra"),
    "04": _("Dikembalikan oleh mitra"),
    "05": _("Dibatalkan oleh mitra"),
    "06": _("Gagal di mitra"),
    "07": _("Tidak ditemukan mitra"),
}
_OURS: dict[str, Any] = {
    "TimeoutError": _("Mitra tidak menjawab pada waktunya"),
    "ConnectionRefusedErr": _("Mitra tidak dapat dihubungi"),
    "gaierror": _("Alamat mitra tidak ditemukan"),
    "ConnectionResetError": _("Sambungan putus di tengah jalan"),
    "RemoteDisconnected": _("Sambungan putus sebelum dijawab"),
    "IncompleteRead": _("Jawaban terpotong"),
    "SSLCertVerificationE": _("Sertifikat mitra tidak sah"),
    "sender_died": _("Pengirim terhenti sebelum mencatat jawabannya"),
    "reference": _("Jawaban tentang pembayaran lain"),
    "officer": _("Ditetapkan dua petugas"),
    "stopped": _("Batch dihentikan sebelum dikirim"),
    AMOUNT_DIFFERS: _("Jumlahnya berbeda dari yang diminta"),
    NEVER_SENT: _("Mitra menyebut hasil dari yang belum pernah dikirim"),
    "paid": _("Dibayar"),
    "failed": _("Gagal"),
}


def of(code: str) -> str:
    """The code in words; a dash for none."""
    if not code:
        return "–"
    if code in _OURS:
        return str(_OURS[code])
    said, _slash, status = code.partition("/")
    if status in _STATUSES:
        return f"{_STATUSES[status]} ({code})"
    if not said.isdigit():
        return str(_("Tidak ada jawaban yang dapat dibaca"))
    case = said[:3] + said[5:] if len(said) == 7 else ""
    for name in (case, said[:3], said[:1]):
        if name in _CASES:
            return f"{_CASES[name]} ({said})"
    return str(_("Jawaban yang tidak dikenal (%(code)s)")) % {"code": said}


def is_success(code: str) -> bool:
    """True for an answer that calls the call itself a success, and says nothing of a payment's own state."""
    return code.isdigit() and len(code) == 7 and code[:3] + code[5:] == "20000"
