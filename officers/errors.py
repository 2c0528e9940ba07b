"""What can go wrong while an officer proves who they are, as one family: a code for programs, a sentence for officers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class OfficerError(Exception):
    """Base of the family. `data` fills the placeholders of `message`."""

    code = "officer_error"
    message: Any = _("Permintaan tidak dapat diproses.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code, data)

    def __str__(self) -> str:
        return str(self.message) % self.data


class NoAuthenticator(OfficerError):
    """Nothing is approved without a second factor; the officer has none in force."""

    code = "no_authenticator"
    message = _(
        "Anda belum memasang aplikasi autentikator. Buka Autentikator saya di menu, pindai kode QR dengan ponsel Anda, "
        "lalu ulangi."
    )


class NothingToConfirm(OfficerError):
    code = "nothing_to_confirm"
    message = _("Tidak ada pemasangan yang menunggu kode. Mulai lagi dari Autentikator saya dengan kata sandi Anda.")


class WrongPassword(OfficerError):
    code = "wrong_password"
    message = _("Kata sandi: tidak cocok. Isi kata sandi yang Anda pakai untuk masuk.")


class TooManyPasswords(OfficerError):
    """After wrong passwords the next one is looked at only later, each time twice as late."""

    code = "too_many_passwords"
    message = _("Kata sandi: terlalu sering salah. Coba lagi sesudah %(until)s.")


class WrongCode(OfficerError):
    """No code of this moment, or one that was used before."""

    code = "wrong_code"
    message = _(
        "Kode: tidak berlaku atau sudah dipakai. Isi enam angka yang sedang tampil di aplikasi autentikator; bila baru saja "
        "dipakai, tunggu angka berikutnya. Bila terus ditolak, periksa jam ponsel Anda."
    )


class TooManyCodes(OfficerError):
    """After wrong codes the next one is looked at only later, each time twice as late."""

    code = "too_many_codes"
    message = _("Kode: terlalu sering salah. Coba lagi sesudah %(until)s dengan angka yang tampil saat itu.")


class ResetsOneself(OfficerError):
    code = "resets_oneself"
    message = _("Autentikator Anda hanya dapat dilepas oleh petugas lain. Minta atasan Anda melepaskannya.")


class NothingToReset(OfficerError):
    code = "nothing_to_reset"
    message = _("Autentikator ini sudah tidak berlaku; tidak ada yang perlu dilepas.")


class ReasonMissing(OfficerError):
    code = "reason_missing"
    message = _("Alasan: isi dahulu. Dibaca oleh siapa pun yang memeriksa langkah ini nanti.")
