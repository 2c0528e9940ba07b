"""What beneficiaries say of a payment: that they have it, or that they do not."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Instruction


class Confirmation(models.Model):
    """One answer about one paid instruction. Never changed: who answers again adds a row, and the newest one counts."""

    class Answer(models.TextChoices):
        RECEIVED = "received", _("Sudah diterima")
        NOT_RECEIVED = "not_received", _("Belum diterima")

    class Channel(models.TextChoices):
        APP = "app", _("Aplikasi")
        SMS = "sms", _("SMS atau telepon")
        OFFICE = "office", _("Kantor kelurahan")

    instruction = models.ForeignKey(
        Instruction, models.PROTECT, related_name="confirmations", db_index=False, verbose_name=_("instruksi bayar")
    )
    answer = models.CharField(_("jawaban"), max_length=12, choices=Answer)
    channel = models.CharField(_("lewat"), max_length=6, choices=Channel)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicatat oleh")
    )
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("konfirmasi penerimaan")
        verbose_name_plural = _("konfirmasi penerimaan")
        indexes = [
            models.Index(name="confirmation_newest", fields=["instruction", "-id"]),
            models.Index(name="confirmation_at", fields=["at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="confirmation_by_someone",
                condition=models.Q(channel="app", by__isnull=True)
                | (~models.Q(channel="app") & models.Q(by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()} {self.at:%Y-%m-%d}"
