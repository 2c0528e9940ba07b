"""What the SNAP interface must remember between requests."""

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.credential import Credential
from wallet.models.merchant import Partner


class AccessToken(models.Model):
    """A partner's bearer token (B2B): only its SHA-256 is kept. It lives no longer than the key that asked for it."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="tokens", verbose_name=_("mitra"))
    key = models.ForeignKey(Credential, models.CASCADE, related_name="tokens", verbose_name=_("kunci"))
    digest = models.BinaryField(unique=True, editable=False)
    expires_at = models.DateTimeField(_("berlaku sampai"))

    class Meta:
        verbose_name = _("token akses")
        verbose_name_plural = _("token akses")

    def __str__(self) -> str:
        return f"{self.partner} … {self.expires_at:%Y-%m-%d %H:%M}"


class PartnerInfo(models.Model):
    """The `additionalInfo` of a partner's request, sealed, by the service and the number of what it asked for."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="+", verbose_name=_("mitra"))
    service = models.CharField(_("layanan"), max_length=2)
    number = models.CharField(_("nomor mitra"), max_length=64)
    info_sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("waktu"), db_default=Now(), db_index=True)

    info = Sealed("info_sealed")

    class Meta:
        verbose_name = _("keterangan mitra")
        verbose_name_plural = _("keterangan mitra")
        constraints = [models.UniqueConstraint(name="partner_info_once", fields=["partner", "service", "number"])]

    def __str__(self) -> str:
        return f"{self.service} {self.number}"


class ExternalId(models.Model):
    """An X-EXTERNAL-ID spent by a partner on a Jakarta day; it cannot be spent again that day."""

    partner = models.ForeignKey(Partner, models.CASCADE, db_index=False, verbose_name=_("mitra"))
    day = models.DateField(_("hari"))
    external_id = models.CharField(max_length=36)

    class Meta:
        verbose_name = _("X-EXTERNAL-ID")
        verbose_name_plural = _("X-EXTERNAL-ID")
        constraints = [
            models.UniqueConstraint(name="external_id_once_a_day", fields=["partner", "day", "external_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.external_id}"
