"""Budgets: how much of a programme's aid a year may cost, whole or in a region; and what each batch takes of it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.batch import Batch
from disbursement.models.programme import Programme


class Budget(models.Model):
    """From a day on so many rupiah may be paid for the cycles of a year, in a region (empty: everywhere).

    Never changed: a later row for the same programme, year and region takes its place from its own day on, one without an
    amount lifts the limit. A programme without rows is limited by its fund alone.
    """

    FIRST, LAST = 2000, 2100

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="budgets", db_index=False, verbose_name=_("program")
    )
    year = models.PositiveSmallIntegerField(_("tahun"), validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)])
    region = models.CharField(
        _("wilayah"),
        max_length=8,
        blank=True,
        default="",
        db_default="",
        help_text=_("Kode provinsi, kota atau kecamatan, misalnya 31.75. Kosong berarti seluruh wilayah."),
    )
    amount = models.BigIntegerField(
        _("anggaran (Rp)"), null=True, blank=True, help_text=_("Kosong berarti tidak dibatasi lagi.")
    )
    decree = models.CharField(_("dasar hukum"), max_length=200, help_text=_("Misalnya: DPA 5/2026."))
    starts_on = models.DateField(_("berlaku mulai"))
    by = models.ForeignKey(
        "auth.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ditetapkan oleh")
    )
    made_at = models.DateTimeField(_("ditetapkan"), db_default=Now())

    class Meta:
        verbose_name = _("anggaran")
        verbose_name_plural = _("anggaran")
        constraints = [
            models.CheckConstraint(name="budget_not_negative", condition=Q(amount__isnull=True) | Q(amount__gte=0)),
            models.CheckConstraint(name="budget_has_a_decree", condition=~Q(decree="")),
            models.CheckConstraint(name="budget_year", condition=Q(year__gte=2000, year__lte=2100)),
            models.CheckConstraint(
                name="budget_region", condition=Q(region="") | Q(region__regex=r"^[0-9]{2}(\.[0-9]{2}){0,2}$")
            ),
        ]
        indexes = [models.Index(name="budget_of_programme", fields=["programme", "year", "region", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.programme} {self.year} {self.region}".strip()


class BatchRegion(models.Model):
    """What a batch pays in one kecamatan for cycles of one year, by where people lived when it was prepared.

    `total` is frozen with the batch. `used` is what it takes of the budgets: all of it until the batch closes, then what was
    paid, and less when a payment is taken back.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="regions", db_index=False, verbose_name=_("batch"))
    year = models.PositiveSmallIntegerField(_("tahun"))
    region = models.CharField(_("kecamatan"), max_length=8)
    count = models.PositiveIntegerField(_("banyak"))
    total = models.BigIntegerField(_("jumlah (Rp)"))
    used = models.BigIntegerField(_("dipakai (Rp)"))

    class Meta:
        verbose_name = _("batch per kecamatan")
        verbose_name_plural = _("batch per kecamatan")
        constraints = [
            models.UniqueConstraint(name="batch_region_once", fields=["batch", "year", "region"]),
            models.CheckConstraint(name="batch_region_used", condition=Q(used__gte=0, total__gte=F("used"))),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} · {self.year} {self.region}"
