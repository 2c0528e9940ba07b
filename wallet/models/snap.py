"""What the SNAP interface must remember between requests."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wallet.models.merchant import Partner


class AccessToken(models.Model):
    """A partner's bearer token (B2B): only its SHA-256 is kept."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="tokens", verbose_name=_("mitra"))
    digest = models.BinaryField(unique=True, editable=False)
    expires_at = models.DateTimeField(_("berlaku sampai"))

    class Meta:
        verbose_name = _("token akses")
        verbose_name_plural = _("token akses")

    def __str__(self) -> str:
        return f"{self.partner} … {self.expires_at:%Y-%m-%d %H:%M}"


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
