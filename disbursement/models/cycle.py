"""Cycles: the periods that a programme pays for."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from disbursement.models.programme import Programme


class Cycle(models.Model):
    """One period of one programme (its first day) and the months from it on, due at a moment.

    There is one, whoever makes it and how often. While it is `held` (it has a batch that is not cancelled, or is owed) no other
    one of the programme covers any of its months (exclusion constraint); the database sets `months` and `held`.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cycles", verbose_name=_("program"))
    period = models.DateField(_("periode"))
    months = models.PositiveSmallIntegerField(_("mencakup (bulan)"), default=1, db_default=1, editable=False)
    held = models.BooleanField(_("memegang bulannya"), default=False, db_default=False, editable=False)
    due_at = models.DateTimeField(_("jatuh tempo"), db_default=Now())

    class Meta:
        verbose_name = _("siklus")
        verbose_name_plural = _("siklus")
        constraints = [
            models.UniqueConstraint(name="cycle_once", fields=["programme", "period"]),
            models.CheckConstraint(name="cycle_months", condition=models.Q(months__gte=1, months__lte=12)),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.period:%Y-%m}"
