"""Programmes: who is eligible, how much, and out of which fund."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wallet.models import Account, PurseTerms


class Programme(models.Model):
    """Aid of one kind: who is eligible, how much a cycle, under which purse terms, out of which fund."""

    code = models.SlugField(_("kode"), max_length=20, unique=True)
    name = models.CharField(_("nama"), max_length=100)
    amount = models.BigIntegerField(
        _("jumlah per siklus (Rp)"), validators=[MinValueValidator(1)], help_text=_("Rupiah bulat.")
    )
    eligibility = models.CharField(
        _("syarat"),
        max_length=1000,
        help_text=_("Ungkapan CEL atas person dan household, misalnya: person.age >= 60 && household.decile <= 4"),
    )
    one_per_household = models.BooleanField(_("satu per keluarga"), default=False)
    purse_days = models.PositiveIntegerField(
        _("masa pakai (hari)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3660)],
        help_text=_("Kosong berarti tanpa batas waktu."),
    )
    terms = models.ForeignKey(PurseTerms, models.PROTECT, verbose_name=_("aturan kantong"))
    fund = models.OneToOneField(
        Account, models.PROTECT, editable=False, related_name="programme", verbose_name=_("dana")
    )
    active = models.BooleanField(_("aktif"), default=True)
    created_at = models.DateTimeField(_("dibuat"), db_default=Now())

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("program")
        permissions = [("fund_programme", _("Dapat mendanai program"))]
        constraints = [
            models.CheckConstraint(name="programme_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="programme_purse_days",
                condition=Q(purse_days__isnull=True) | Q(purse_days__gte=1, purse_days__lte=3660),
            ),
        ]

    def __str__(self) -> str:
        return self.name
