"""What can go wrong with a partner's keys, secrets, addresses and invitations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wallet.errors import WalletError


class PrivateKeyGiven(WalletError):
    code = "private_key_given"
    message = _(
        "Ini kunci privat. Jangan dikirim ke siapa pun; minta mitra membuat pasangan baru dan isi kunci publiknya."
    )


class NotAPublicKey(WalletError):
    code = "not_a_public_key"
    message = _("Bukan kunci publik PEM. Teksnya mulai dengan -----BEGIN PUBLIC KEY----- dan disalin utuh.")


class KeyNotRsa(WalletError):
    code = "key_not_rsa"
    message = _("Kuncinya bukan RSA. SNAP BI memakai RSA (SHA256withRSA).")


class KeyTooShort(WalletError):
    code = "key_too_short"
    message = _("Kunci RSA %(bits)s bit terlalu pendek; paling sedikit %(least)s bit.")


class KeyTooLong(WalletError):
    code = "key_too_long"
    message = _("Kunci RSA %(bits)s bit terlalu panjang; paling banyak %(most)s bit.")


class KeyKnown(WalletError):
    """It is in force, or was: what was revoked or has ended does not come back."""

    code = "key_known"
    status = 409
    message = _("Kunci ini sudah pernah dipasang pada mitra ini. Buat pasangan kunci baru.")


class TooManyCredentials(WalletError):
    code = "too_many_credentials"
    status = 409
    message = _("Sudah ada %(most)s yang berlaku atau akan berlaku. Cabut salah satu dahulu.")


class FormUsed(WalletError):
    """The page was loaded or sent again, and the first answer had the secret, which is told once."""

    code = "form_used"
    status = 409
    message = _("Formulir ini sudah dipakai: rahasianya sudah dibuat. Kalau belum tersalin, buat yang baru di bawah.")


class CredentialEnded(WalletError):
    code = "credential_ended"
    status = 409
    message = _("Kunci atau rahasia ini sudah dicabut.")


class NetworkInvalid(WalletError):
    code = "network_invalid"
    message = _("%(text)s bukan alamat IP atau jaringan. Isi seperti 203.0.113.7 atau 203.0.113.0/24.")


class InvitationInvalid(WalletError):
    """Unknown, used, ended, expired or guessed at too often: one answer for all, so that nobody learns which."""

    code = "invitation_invalid"
    status = 404
    message = _(
        "Tautan ini tidak berlaku, atau kodenya salah. Periksa kodenya, atau minta undangan baru kepada kantor."
    )
