"""What was paid by mistake and is to be taken back, on the word of two officers."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Instruction


class TakeBack(models.Model):
    """Why an instruction is to be taken back, who proposed that, and what a second officer decided.

    Only with one that was agreed to does an instruction become `returned` (trigger).
    """

    instruction = models.ForeignKey(
        Instruction, models.PROTECT, related_name="take_backs", verbose_name=_("instruksi bayar")
    )
    reason = models.CharField(_("alasan"), max_length=200)
    proposed_by = models.ForeignKey(
        "auth.User", models.PROTECT, related_name="+", db_index=False, verbose_name=_("diusulkan oleh")
    )
    proposed_at = models.DateTimeField(_("diusulkan"), db_default=Now())
    agreed = models.BooleanField(_("disetujui"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("diputuskan oleh"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    note = models.CharField(_("catatan"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("penarikan kembali")
        verbose_name_plural = _("penarikan kembali")
        constraints = [
            models.UniqueConstraint(name="takeback_one_open", fields=["instruction"], condition=Q(decided_at=None)),
            models.CheckConstraint(
                name="takeback_second_look",
                condition=Q(agreed=None, decided_by=None, decided_at=None)
                | (
                    Q(agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
            ),
            models.CheckConstraint(name="takeback_has_a_reason", condition=~Q(reason="")),
        ]
        indexes = [models.Index(name="takeback_agreed", fields=["decided_at"], condition=Q(agreed=True))]

    def __str__(self) -> str:
        return f"{self.instruction_id}: {self.reason}"
