"""What was looked at before a batch is approved: whom it would not, or should not, pay."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Batch
from disbursement.models.enrolment import Enrolment


class Preflight(models.Model):
    """The last look at a batch before its approval: asked for, and once it is done, how many people for which reason."""

    batch = models.OneToOneField(
        Batch, models.PROTECT, primary_key=True, related_name="preflight", verbose_name=_("batch")
    )
    requested_at = models.DateTimeField(_("diminta"), db_default=Now())
    done_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    counts = models.JSONField(_("temuan"), default=dict, db_default={})

    class Meta:
        verbose_name = _("pemeriksaan awal")
        verbose_name_plural = _("pemeriksaan awal")
        indexes = [models.Index(name="preflight_waiting", fields=["requested_at"], condition=Q(done_at=None))]

    def __str__(self) -> str:
        return str(self.batch)


class PreflightFinding(models.Model):
    """An enrolment that the batch would not, or should not, pay, and the code of the reason (disbursement.failures)."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="findings", db_index=False, verbose_name=_("batch"))
    reason = models.CharField(_("alasan"), max_length=40)
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="preflight_findings", verbose_name=_("kepesertaan")
    )

    class Meta:
        verbose_name = _("temuan pemeriksaan awal")
        verbose_name_plural = _("temuan pemeriksaan awal")
        constraints = [
            models.UniqueConstraint(name="preflight_finding_once", fields=["batch", "reason", "enrolment"]),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} · {self.enrolment_id} · {self.reason}"
