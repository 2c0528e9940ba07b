"""Reports: what was asked for, how far it is, and the figures as they were at one moment. A finished one never changes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Batch, Instruction


class Report(models.Model):
    """One report: filters, one grouping, and, once it is done, its figures as of `as_of` (disbursement.reports.figures).

    Nobody is named in it: it holds counts, rupiah and seconds for each group. `programmes` are ids; none means all. Both
    `period_from` and `period_to` belong to the period.
    """

    class Grouping(models.TextChoices):
        PROGRAMME = "programme", _("Program")
        REGION = "region", _("Wilayah")
        CYCLE = "cycle", _("Siklus")
        SEX = "sex", _("Jenis kelamin")
        AGE = "age", _("Kelompok umur")
        DECILE = "decile", _("Desil")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Menunggu")
        RUNNING = "running", _("Sedang dihitung")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")
        CANCELLED = "cancelled", _("Dibatalkan")

    ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)

    grouping = models.CharField(_("dikelompokkan menurut"), max_length=9, choices=Grouping)
    programmes = ArrayField(models.BigIntegerField(), verbose_name=_("program"), default=list, blank=True)
    period_from = models.DateField(_("periode dari"), null=True, blank=True)
    period_to = models.DateField(_("periode sampai"), null=True, blank=True)
    region = models.CharField(_("wilayah"), max_length=13, blank=True, default="", db_default="")
    kind = models.CharField(
        _("jenis instruksi"), max_length=10, choices=Instruction.Kind, blank=True, default="", db_default=""
    )
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("batch")
    )
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diminta oleh")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    at = models.DateTimeField(_("kabar terakhir"), db_default=Now())
    lines = models.PositiveIntegerField(_("instruksi"), default=0)
    lines_done = models.PositiveIntegerField(_("instruksi dihitung"), default=0)
    as_of = models.DateTimeField(_("keadaan pada"), null=True, blank=True)
    result = models.JSONField(_("hasil"), null=True, blank=True)
    failure = models.CharField(_("sebab gagal"), max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("diminta"), db_default=Now())
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("laporan penyaluran")
        verbose_name_plural = _("laporan penyaluran")
        permissions = [("see_small_groups", _("Dapat melihat kelompok kecil dalam laporan"))]
        constraints = [
            models.CheckConstraint(
                name="report_done_has_its_figures",
                condition=Q(status="done", result__isnull=False, as_of__isnull=False, finished_at__isnull=False)
                | (~Q(status="done") & Q(result__isnull=True)),
            ),
            models.CheckConstraint(
                name="report_period_in_order",
                condition=Q(period_from__isnull=True) | Q(period_to__isnull=True) | Q(period_to__gte=F("period_from")),
            ),
            models.CheckConstraint(
                name="report_region_is_a_code",
                condition=Q(region__regex=r"^([0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?)?$"),
            ),
        ]
        indexes = [
            models.Index(name="report_unfinished", fields=["id"], condition=Q(status__in=["waiting", "running"]))
        ]

    def __str__(self) -> str:
        return str(_("Laporan %(number)s")) % {"number": self.pk}
