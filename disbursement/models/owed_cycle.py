"""Cycles that enrolments are owed although they are over: what the next batch of the programme pays as arrears (rapel)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment


class OwedCycle(models.Model):
    """An enrolment is owed a past cycle, on somebody's word. Written once; only ever withdrawn, and that once (trigger).

    Whether it is paid is not here: the instructions of the enrolment and that cycle say so.
    """

    class Ground(models.TextChoices):
        EXCLUSION = "exclusion", _("Pengecualian dibatalkan")
        FAILED = "failed", _("Gagal dibayar dan tidak disusul")
        LEFT_OUT = "left_out", _("Dikeluarkan pada pemeriksaan awal")
        LATE = "late", _("Terlambat didaftarkan")
        RESTORED = "restored", _("Kepesertaan dipulihkan")
        OTHER = "other", _("Sebab lain")

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="owed", db_index=False, verbose_name=_("siklus"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="owed", verbose_name=_("kepesertaan"))
    ground = models.CharField(_("sebab"), max_length=9, choices=Ground, default=Ground.OTHER)
    why = models.CharField(_("alasan"), max_length=300)
    decree = models.CharField(_("dasar"), max_length=200, blank=True, default="")
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ditetapkan oleh")
    )
    created_at = models.DateTimeField(_("ditetapkan"), db_default=Now())
    withdrawn_at = models.DateTimeField(_("dicabut"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dicabut oleh")
    )
    withdraw_reason = models.CharField(_("alasan pencabutan"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("rapel")
        verbose_name_plural = _("rapel")
        permissions = [("withdraw_owedcycle", _("Dapat mencabut rapel"))]
        constraints = [
            models.UniqueConstraint(
                name="owed_once", fields=["cycle", "enrolment"], condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(name="owed_with_a_reason", condition=~Q(why="")),
            models.CheckConstraint(
                name="owed_withdrawn_with_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdraw_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdraw_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.cycle}"
