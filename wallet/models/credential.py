"""What a partner proves itself with, and the invitation by which its own staff put it there."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.sealing import Sealed
from wallet.models.merchant import Partner


class Credential(models.Model):
    """A public key or a shared secret of a partner, and when it counts. Several count at once, so that they can be replaced.

    Written once. Its end may come earlier but never later, and who is revoked stays revoked: triggers see to it.
    """

    class Kind(models.TextChoices):
        KEY = "key", _("Kunci publik")
        SECRET = "secret", _("Rahasia")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="credentials", verbose_name=_("mitra"))
    kind = models.CharField(_("jenis"), max_length=6, choices=Kind)
    public_key = models.TextField(_("kunci publik RSA (PEM)"), blank=True)
    fingerprint = models.CharField(
        _("sidik"), max_length=64, help_text=_("SHA-256 kunci publik (DER). Rahasia tidak punya sidik."), blank=True
    )
    secret_sealed = models.BinaryField(editable=False, default=b"")
    valid_from = models.DateTimeField(_("berlaku mulai"))
    valid_until = models.DateTimeField(_("berlaku sampai"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("dicabut"), null=True, blank=True)
    revoked_by = models.CharField(_("dicabut oleh"), max_length=150, blank=True)
    revoke_reason = models.CharField(_("alasan dicabut"), max_length=200, blank=True)
    last_used_at = models.DateTimeField(_("terakhir dipakai"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    created_by = models.CharField(_("dibuat oleh"), max_length=150, blank=True)
    # What a form on the partner's page was shown under: sent again, it draws no other secret.
    form = models.CharField(max_length=64, null=True, blank=True, editable=False)

    secret = Sealed("secret_sealed")

    class Meta:
        verbose_name = _("kunci atau rahasia mitra")
        verbose_name_plural = _("kunci dan rahasia mitra")
        permissions = [("revoke_credential", _("Dapat mencabut kunci dan rahasia mitra"))]
        constraints = [
            # A revoked key never comes back under another date.
            models.UniqueConstraint(
                name="credential_key_once", fields=["partner", "fingerprint"], condition=Q(kind="key")
            ),
            models.UniqueConstraint(name="credential_once_a_form", fields=["partner", "form"]),
            models.CheckConstraint(
                name="credential_of_its_kind",
                condition=(Q(kind="key") & ~Q(public_key="") & ~Q(fingerprint="") & Q(secret_sealed=b""))
                | (Q(kind="secret", public_key="", fingerprint="") & ~Q(secret_sealed=b"")),
            ),
            models.CheckConstraint(
                name="credential_span", condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from"))
            ),
            models.CheckConstraint(
                name="credential_revoked_for_a_reason", condition=Q(revoked_at__isnull=True) | ~Q(revoke_reason="")
            ),
        ]
        indexes = [
            models.Index(name="credential_in_force", fields=["partner", "kind"], condition=Q(revoked_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.fingerprint[:16] or self.pk}"


class PartnerInvitation(models.Model):
    """Opens the partner's own page once: a link that goes one way and a code that goes another. Only digests are kept."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="invitations", verbose_name=_("mitra"))
    digest = models.BinaryField(unique=True, editable=False)
    code_digest = models.BinaryField(editable=False)
    failures = models.PositiveSmallIntegerField(_("kode salah"), default=0, db_default=0)
    expires_at = models.DateTimeField(_("berlaku sampai"))
    used_at = models.DateTimeField(_("dipakai"), null=True, blank=True)
    ended_at = models.DateTimeField(_("berakhir"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())
    created_by = models.CharField(_("dibuat oleh"), max_length=150)

    class Meta:
        verbose_name = _("undangan mitra")
        verbose_name_plural = _("undangan mitra")
        constraints = [
            models.UniqueConstraint(name="invitation_one_open", fields=["partner"], condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.created_at:%Y-%m-%d}"
