"""What happened to a batch, step by step, and how far the filling of a draft is."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Batch


class BatchStep(models.Model):
    """One change of a batch's status: who, when, why. Written once, with the change itself; no `by`: the system did it.

    From a status to the same: what an officer decided about chunks that failed.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="steps", verbose_name=_("batch"))
    from_status = models.CharField(_("dari"), max_length=9, choices=Batch.Status, blank=True)
    to_status = models.CharField(_("menjadi"), max_length=9, choices=Batch.Status)
    by = models.ForeignKey("auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("oleh"))
    reason = models.CharField(_("alasan"), max_length=300, blank=True)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("langkah batch")
        verbose_name_plural = _("langkah batch")

    def __str__(self) -> str:
        return f"{self.batch} → {self.to_status}"


class Filling(models.Model):
    """How far a worker is with filling a draft, and how often one has begun; told over a connection of its own."""

    batch = models.OneToOneField(Batch, models.PROTECT, primary_key=True, related_name="filling")
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0, db_default=0)
    lines = models.PositiveIntegerField(_("terisi"), default=0, db_default=0)
    of = models.PositiveIntegerField(_("dari"), default=0, db_default=0)
    at = models.DateTimeField(_("waktu"), db_default=Now())

    class Meta:
        verbose_name = _("pengisian batch")
        verbose_name_plural = _("pengisian batch")

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.lines} / {self.of}"
