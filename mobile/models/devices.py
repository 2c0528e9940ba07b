"""One-time passwords, the devices they let in, and how a device is woken.

No phone number, password or token stands here in the clear: phones and push tokens are sealed or blind-indexed, passwords
and tokens are digests.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from vault.sealing import Sealed


class OtpChallenge(models.Model):
    """A one-time password asked for by a phone, known here or not. Only the newest of a phone opens anything."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone_index = models.BinaryField(editable=False)
    digest = models.BinaryField(editable=False)
    expires_at = models.DateTimeField(_("berlaku sampai"))
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    used_at = models.DateTimeField(_("dipakai"), null=True, blank=True)
    created_at = models.DateTimeField(_("diminta"), db_default=Now())

    class Meta:
        verbose_name = _("kode masuk")
        verbose_name_plural = _("kode masuk")
        indexes = [models.Index(name="otp_of_phone", fields=["phone_index", "id"])]

    def __str__(self) -> str:
        return str(_("Kode masuk %(number)s")) % {"number": self.pk}


class Device(models.Model):
    """A phone or browser that one person signed in with. Its token is random, and kept only as SHA-256."""

    class Revocation(models.TextChoices):
        LOGOUT = "logout", _("Keluar sendiri")
        OWNER = "owner", _("Dikeluarkan pemiliknya")
        OFFICER = "officer", _("Dikeluarkan petugas")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="devices", verbose_name=_("orang"))
    name = models.CharField(_("nama perangkat"), max_length=60, blank=True)
    digest = models.BinaryField(unique=True, editable=False)
    created_at = models.DateTimeField(_("masuk"), db_default=Now())
    last_used_at = models.DateTimeField(_("terakhir dipakai"), null=True, blank=True)
    expires_at = models.DateTimeField(_("berlaku sampai"))
    revoked_at = models.DateTimeField(_("dikeluarkan"), null=True, blank=True)
    revoked_reason = models.CharField(_("alasan dikeluarkan"), max_length=7, choices=Revocation, blank=True, default="")

    class Meta:
        verbose_name = _("perangkat")
        verbose_name_plural = _("perangkat")
        constraints = [
            models.CheckConstraint(
                name="device_revoked_why",
                condition=Q(revoked_at__isnull=True, revoked_reason="")
                | Q(revoked_at__isnull=False, revoked_reason__in=["logout", "owner", "officer"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Perangkat %(number)s")) % {"number": self.pk}


class PushToken(models.Model):
    """Where a device's system takes messages for the application: one a device, and the newest it told us.

    It lives as long as the device is signed in; the gateway may say sooner that nobody is there any more.
    """

    class Platform(models.TextChoices):
        ANDROID = "android", "Android"
        IOS = "ios", "iOS"
        WEB = "web", _("Peramban")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.OneToOneField(Device, models.PROTECT, related_name="push_token", verbose_name=_("perangkat"))
    platform = models.CharField(_("sistem"), max_length=7, choices=Platform)
    token_sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("didaftarkan"), db_default=Now())

    token = Sealed("token_sealed")

    class Meta:
        verbose_name = _("alamat pemberitahuan aplikasi")
        verbose_name_plural = _("alamat pemberitahuan aplikasi")
        constraints = [
            models.CheckConstraint(name="push_token_platform", condition=Q(platform__in=["android", "ios", "web"]))
        ]

    def __str__(self) -> str:
        return f"{self.device} ({self.get_platform_display()})"
