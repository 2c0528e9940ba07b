"""Officers' authenticators (TOTP, RFC 6238), what became of each, and the proofs that were given with them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin

from vault.sealing import Sealed


class Authenticator(ThrottlingMixin, Device):  # type: ignore[misc]  # django-otp has no types
    """An officer's authenticator app: its sealed secret, and the last time step that was taken from it.

    One in force each (`confirmed` and not ended), and at most one that waits for its first code. Wrong codes make the next
    one wait, twice as long each time, whoever asks and wherever (django-otp's ThrottlingMixin).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("auth.User", models.PROTECT, related_name="authenticators", verbose_name=_("petugas"))
    name = models.CharField(_("nama perangkat"), max_length=64)
    confirmed = models.BooleanField(_("terpasang"), default=False)
    key_sealed = models.BinaryField(editable=False)
    last_step = models.BigIntegerField(default=-1, editable=False)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    confirmed_at = models.DateTimeField(_("dipasang"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("terakhir dipakai"), null=True, blank=True)
    ended_at = models.DateTimeField(_("dilepas"), null=True, blank=True)

    key = Sealed("key_sealed")  # twenty random bytes, in hex

    class Meta:
        verbose_name = _("autentikator")
        verbose_name_plural = _("autentikator")
        permissions = [("reset_authenticator", _("Dapat melepas autentikator petugas lain"))]
        constraints = [
            models.UniqueConstraint(
                name="authenticator_one_in_force", fields=["user"], condition=Q(confirmed=True, ended_at=None)
            ),
            models.UniqueConstraint(
                name="authenticator_one_waiting", fields=["user"], condition=Q(confirmed=False, ended_at=None)
            ),
            models.CheckConstraint(
                name="authenticator_confirmed_then",
                condition=Q(confirmed=True, confirmed_at__isnull=False) | Q(confirmed=False, confirmed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.name}"

    def get_throttle_factor(self) -> int:
        """Seconds to wait after the first wrong code."""
        seconds: int = settings.OFFICERS["wait_after_wrong_code"]
        return seconds


class AuthenticatorStep(models.Model):
    """What became of an authenticator: by whom, when, why. Never changed."""

    class Kind(models.TextChoices):
        BEGUN = "begun", _("Mulai dipasang")
        CONFIRMED = "confirmed", _("Terpasang")
        REPLACED = "replaced", _("Diganti")
        RESET = "reset", _("Dilepas petugas lain")

    authenticator = models.ForeignKey(
        Authenticator, models.PROTECT, related_name="steps", verbose_name=_("autentikator")
    )
    kind = models.CharField(_("langkah"), max_length=9, choices=Kind)
    by = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("oleh"))
    reason = models.CharField(_("alasan"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("riwayat autentikator")
        verbose_name_plural = _("riwayat autentikator")

    def __str__(self) -> str:
        return f"{self.authenticator} · {self.get_kind_display()}"


class PasswordGuesses(models.Model):
    """Wrong passwords in a row where an officer was asked for theirs again; a right one clears them."""

    user = models.OneToOneField("auth.User", models.CASCADE, primary_key=True, related_name="+")
    failures = models.PositiveIntegerField(default=0, db_default=0)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("kata sandi yang salah")
        verbose_name_plural = _("kata sandi yang salah")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.failures}"


class Proof(models.Model):
    """A code was right: of which authenticator, for which deed, when. A time step proves once; a proof is never changed."""

    authenticator = models.ForeignKey(
        Authenticator, models.PROTECT, related_name="proofs", verbose_name=_("autentikator")
    )
    user = models.ForeignKey("auth.User", models.PROTECT, related_name="+", verbose_name=_("petugas"))
    purpose = models.CharField(_("untuk"), max_length=120)
    step = models.BigIntegerField(_("langkah waktu"))
    proven_at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("bukti faktor kedua")
        verbose_name_plural = _("bukti faktor kedua")
        constraints = [models.UniqueConstraint(name="proof_step_once", fields=["authenticator", "step"])]

    def __str__(self) -> str:
        return f"{self.authenticator} · {self.purpose}"
