"""Recalculations of cycles that were paid, and what each enrolment should have got by them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.cycle import Cycle
from disbursement.models.enrolment import Enrolment
from disbursement.models.reckoning import Reckoning


class Recalculation(models.Model):
    """A paid cycle, or one enrolment of it, calculated anew after facts or a decree were put right: looked at, then confirmed.

    A worker fills it; nothing is paid by it before somebody confirms it with reason and decree. What was confirmed never changes
    (trigger). `known` is how many recalculations of the same people were confirmed when it was filled: what it found is
    reckoned from those.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Menunggu dihitung")
        DONE = "done", _("Menunggu keputusan")
        CONFIRMED = "confirmed", _("Ditetapkan")
        DROPPED = "dropped", _("Dibatalkan")
        FAILED = "failed", _("Gagal")

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="recalculations", verbose_name=_("siklus"))
    enrolment = models.ForeignKey(
        Enrolment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recalculations",
        verbose_name=_("hanya kepesertaan"),
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.WAITING)
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diminta oleh")
    )
    created_at = models.DateTimeField(_("diminta"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    failure = models.CharField(_("sebab gagal"), max_length=300, blank=True, default="")
    known = models.PositiveIntegerField(_("perhitungan ulang yang dikenal"), default=0, db_default=0, editable=False)
    seen = models.PositiveIntegerField(_("diperiksa"), default=0)
    more = models.PositiveIntegerField(_("kurang dibayar"), default=0)
    more_total = models.BigIntegerField(_("kurang dibayar (Rp)"), default=0)
    less = models.PositiveIntegerField(_("lebih dibayar"), default=0)
    less_total = models.BigIntegerField(_("lebih dibayar (Rp)"), default=0)
    decided_by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    reason = models.CharField(_("alasan"), max_length=300, blank=True, default="")
    decree = models.CharField(_("dasar"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("perhitungan ulang")
        verbose_name_plural = _("perhitungan ulang")
        permissions = [("confirm_recalculation", _("Dapat menetapkan perhitungan ulang"))]
        indexes = [models.Index(name="recalculation_waiting", fields=["id"], condition=Q(status="waiting"))]
        constraints = [
            models.CheckConstraint(
                name="recalculation_decided_with_a_reason",
                condition=~Q(status__in=["confirmed", "dropped"]) | (Q(decided_at__isnull=False) & ~Q(reason="")),
            )
        ]

    def __str__(self) -> str:
        return str(_("Perhitungan ulang %(number)s")) % {"number": self.pk}


class Correction(Reckoning):
    """What one enrolment should have got in a cycle by a recalculation, where that is not what it was given.

    `facts`, `members`, `lines` and `parts` are as in a Calculation; `before` is what the enrolment was to get until then, and
    `difference` what it is short of (positive) or has had too much (negative), in rupiah. Of several that were confirmed the
    latest counts. Written once; only facts are ever forgotten (trigger).
    """

    recalculation = models.ForeignKey(
        Recalculation,
        models.PROTECT,
        related_name="corrections",
        db_index=False,
        verbose_name=_("perhitungan ulang"),
    )
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+", db_index=False, verbose_name=_("siklus"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="corrections", verbose_name=_("kepesertaan"))
    total = models.BigIntegerField(_("seharusnya (Rp)"))
    before = models.BigIntegerField(_("semula (Rp)"))
    difference = models.BigIntegerField(_("selisih (Rp)"))

    class Meta:
        verbose_name = _("koreksi")
        verbose_name_plural = _("koreksi")
        constraints = [
            models.UniqueConstraint(name="correction_of_recalculation", fields=["recalculation", "enrolment"]),
            models.CheckConstraint(
                name="correction_difference", condition=Q(difference=models.F("total") - models.F("before"))
            ),
            models.CheckConstraint(name="correction_not_negative", condition=Q(total__gte=0, before__gte=0)),
        ]
        indexes = [models.Index(name="correction_latest", fields=["cycle", "enrolment", "-recalculation"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.cycle}"
